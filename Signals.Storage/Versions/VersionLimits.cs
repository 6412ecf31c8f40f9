namespace Signals.Storage.Versions;

/// <summary>How long versions are kept, how many bytes of them, and how finely states are noted. Immutable.</summary>
/// <param name="AgeMs">How old a version may be, ms; 0 for none at all.</param>
/// <param name="MaxBytes">About how many bytes may be kept for versions alone.</param>
/// <param name="GranularityMs">How often a state is noted, ms.</param>
internal readonly record struct VersionLimits(long AgeMs, long MaxBytes, long GranularityMs)
{
    /// <summary>No versions are kept.</summary>
    public static VersionLimits None => default;
}
