namespace Signals.Storage.Versions;

/// <summary>How long versions are kept, how many bytes they may take, and how often a state is noted. Immutable.</summary>
/// <param name="AgeMs">The greatest age of a version in ms; 0 when no versions are kept.</param>
/// <param name="MaxBytes">About how many bytes may be kept only for versions.</param>
/// <param name="GranularityMs">How often a state is noted, in ms.</param>
internal readonly record struct VersionLimits(long AgeMs, long MaxBytes, long GranularityMs)
{
    /// <summary>The limits of a store that keeps no versions.</summary>
    public static VersionLimits None => default;
}
