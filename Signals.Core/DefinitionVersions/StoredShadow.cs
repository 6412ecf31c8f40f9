namespace Signals.Core.DefinitionVersions;

/// <summary>A shadow as it is kept from one opening of a store to the next. Immutable.</summary>
/// <param name="Json">The canonical JSON of the candidate.</param>
/// <param name="Every">One read in how many is compared.</param>
internal sealed record StoredShadow(ReadOnlyMemory<byte> Json, int Every);
