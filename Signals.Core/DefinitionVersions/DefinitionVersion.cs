namespace Signals.Definitions;

/// <summary>One version of a definition, as a registry describes it.</summary>
/// <param name="Definition">The definition itself.</param>
/// <param name="ContentHash">
/// The hash that identifies its content; <c>null</c> when it has a condition in the host's code.
/// </param>
/// <param name="RegisteredAt">When the version was registered.</param>
/// <param name="IsActive">Whether reads get this version.</param>
public sealed record DefinitionVersion(SequenceDefinition Definition, UInt128? ContentHash, DateTimeOffset RegisteredAt, bool IsActive);
