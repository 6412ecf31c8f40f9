namespace Signals.Definitions;

/// <summary>A stored version of a definition, or a stored shadow, that cannot be used now. It stays stored.</summary>
/// <param name="Name">The name of the definition.</param>
/// <param name="Version">The version; that of the candidate for a stored shadow, 0 when this program cannot read it.</param>
/// <param name="IsActive">Whether it is the active version, so that reads of the name are refused with the same reason.</param>
/// <param name="Reason">Why it cannot be used, and what to do.</param>
public sealed record UnusableDefinition(string Name, int Version, bool IsActive, string Reason);
