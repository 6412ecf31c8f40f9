namespace Signals.Storage.Versions;

/// <summary>
/// What a store keeps beyond what its schema says. The manifest holds these settings, and an opening that does not state them
/// inherits them. Immutable.
/// </summary>
/// <param name="OrphanGraceMs">How long patches wait for their event, in ms; null when no opening ever stated it.</param>
/// <param name="Versions">Which versions are kept; null when no opening ever stated it.</param>
internal sealed record KeepSettings(long? OrphanGraceMs, VersionLimits? Versions)
{
    /// <summary>The settings of a store that was always opened without stating any.</summary>
    public static KeepSettings Unstated { get; } = new(null, null);
}
