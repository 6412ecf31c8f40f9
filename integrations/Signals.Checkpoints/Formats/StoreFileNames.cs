namespace Signals.Checkpoints.Formats;

/// <summary>
/// The names that the files of a store may have (<c>docs/formats/manifest.md</c>). No other name is ever sent, and none is made by a
/// restoring: a manifest cannot name a path. Thread contract: pure functions; any thread.
/// </summary>
internal static class StoreFileNames
{
    public const string Current = "CURRENT";
    public const string Definitions = "DEFINITIONS";
    public const string Lock = "LOCK";
    public const string ManifestPrefix = "MANIFEST-";

    private const string VersionsPrefix = "VERSIONS-";
    private const string TemporarySuffix = ".tmp";
    private const int MostDigits = 20;
    private static readonly string[] DataSuffixes = [".tbl", ".seg", ".col"];

    /// <summary>Whether a checkpoint may hold a file of this name.</summary>
    public static bool IsStoreFile(string name) =>
        name is Current or Definitions || IsManifest(name) || IsData(name) || (HasSuffix(name, ".log") && IsNumber(name[..^4]));

    public static bool IsManifest(string name) =>
        name.StartsWith(ManifestPrefix, StringComparison.Ordinal) && IsNumber(name[ManifestPrefix.Length..]);

    /// <summary>Whether a store's folder may hold a file of this name: also what a checkpoint has not.</summary>
    public static bool IsOfAStore(string name) => name == Lock || IsStoreFile(name)
        || (name.StartsWith(VersionsPrefix, StringComparison.Ordinal) && IsNumber(name[VersionsPrefix.Length..]))
        || (HasSuffix(name, TemporarySuffix) && IsStoreFile(name[..^TemporarySuffix.Length]));

    /// <summary>Whether it is a table, segment or column file. A store never gives such a name twice.</summary>
    public static bool IsData(string name) => DataSuffixes.Any(suffix => HasSuffix(name, suffix) && IsNumber(name[..^suffix.Length]));

    private static bool HasSuffix(string name, string suffix) => name.EndsWith(suffix, StringComparison.Ordinal);

    private static bool IsNumber(string digits) => digits.Length is >= 6 and <= MostDigits && digits.All(char.IsAsciiDigit);
}
