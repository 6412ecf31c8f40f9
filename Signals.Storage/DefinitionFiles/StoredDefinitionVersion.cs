namespace Signals.Definitions;

/// <summary>One version of a definition as it is stored with a store.</summary>
/// <param name="Name">The name of the definition.</param>
/// <param name="Owner">The team or tenant that owns the name.</param>
/// <param name="Version">The version number.</param>
/// <param name="State">What the store does with the version.</param>
/// <param name="RegisteredAt">When it was registered.</param>
/// <param name="ContentHash">
/// The hash that identifies its content; null when it has a condition in the host's code, which is not stored.
/// </param>
/// <param name="Json">The canonical JSON; null when it has a condition in the host's code.</param>
public sealed record StoredDefinitionVersion(
    string Name, string Owner, int Version, StoredDefinitionState State, DateTimeOffset RegisteredAt, UInt128? ContentHash, string? Json);
