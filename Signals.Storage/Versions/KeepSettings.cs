namespace Signals.Storage.Versions;

/// <summary>
/// What a store keeps beyond what its schema says, as its manifest holds it: whoever opens the store without stating it inherits it. Immutable.
/// </summary>
/// <param name="OrphanGraceMs">How long patches wait for their event, ms; null when nobody ever stated it.</param>
/// <param name="Versions">Which versions are kept; null when nobody ever stated it.</param>
internal sealed record KeepSettings(long? OrphanGraceMs, VersionLimits? Versions)
{
    /// <summary>Of a store that was always opened without stating anything.</summary>
    public static KeepSettings Unstated { get; } = new(null, null);
}
