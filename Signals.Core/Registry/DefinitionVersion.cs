using Signals.Core.Definitions;

namespace Signals.Core.Registry;

/// <summary>What a registry says of one version of a definition.</summary>
/// <param name="Definition">The definition itself.</param>
/// <param name="ContentHash">Names its content; <c>null</c> when it has a condition in the host's code.</param>
/// <param name="RegisteredAt">When it was registered.</param>
/// <param name="IsActive">Whether reads get it.</param>
public sealed record DefinitionVersion(SequenceDefinition Definition, UInt128? ContentHash, DateTimeOffset RegisteredAt, bool IsActive);
