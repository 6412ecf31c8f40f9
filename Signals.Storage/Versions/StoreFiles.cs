using System.Globalization;
using Signals.Storage.FileSystem;
using Signals.Storage.Tables;

namespace Signals.Storage.Versions;

/// <summary>
/// The names of the files of a store, in both directions: from number to name and from name to kind. A name is recognized only in
/// the exact form that this class writes. Thread contract: pure functions; any thread.
/// </summary>
internal static class StoreFiles
{
    /// <summary>The file that names the live manifest.</summary>
    public const string Current = "CURRENT";

    /// <summary>The file of stored definitions. A store in which none was registered has no such file.</summary>
    public const string Definitions = "DEFINITIONS";

    /// <summary>The lock file, which the owning process holds open.</summary>
    public const string Lock = "LOCK";

    /// <summary>
    /// The folder inside the store's folder in which segments are checked before they become part of the store.
    /// </summary>
    public const string Staging = "staging";

    private const string LogSuffix = ".log";
    private const string TableSuffix = ".tbl";
    private const string SegmentSuffix = ".seg";
    private const string ColumnFileSuffix = ".col";
    private const string ManifestPrefix = "MANIFEST-";
    private const string VersionsPrefix = "VERSIONS-";

    /// <summary>The name of write-ahead log <paramref name="number"/>.</summary>
    public static string Log(ulong number) => Digits(number) + LogSuffix;

    /// <summary>The name of table <paramref name="number"/>.</summary>
    public static string Table(ulong number) => Digits(number) + TableSuffix;

    /// <summary>The name of segment <paramref name="number"/>.</summary>
    public static string Segment(ulong number) => Digits(number) + SegmentSuffix;

    /// <summary>The name of column file <paramref name="number"/>.</summary>
    public static string ColumnFile(ulong number) => Digits(number) + ColumnFileSuffix;

    /// <summary>The names of all files that a run needs: the file of its table, and its column files.</summary>
    public static IEnumerable<string> FilesOf(TableMeta table) =>
        [FileOf(table), .. table.ColumnFiles.Select(file => ColumnFile(file.Number))];

    /// <summary>The name of the file that is a table or contains it.</summary>
    public static string FileOf(TableMeta table) => table.SegmentFile == 0 ? Table(table.Number) : Segment(table.SegmentFile);

    /// <summary>The name of manifest <paramref name="number"/>.</summary>
    public static string Manifest(ulong number) => ManifestPrefix + Digits(number);

    /// <summary>The name of the list of kept versions <paramref name="number"/>.</summary>
    public static string Versions(ulong number) => VersionsPrefix + Digits(number);

    /// <summary>The kind of a file. <paramref name="number"/> is 0 for kinds without a number.</summary>
    public static StoreFileKind Classify(string name, out ulong number)
    {
        number = 0;
        if (name == Current)
        {
            return StoreFileKind.Current;
        }

        if (name == Definitions)
        {
            return StoreFileKind.Definitions;
        }

        if (name == Lock)
        {
            return StoreFileKind.Lock;
        }

        if (name.EndsWith(DurableFile.TemporarySuffix, StringComparison.Ordinal))
        {
            string of = name[..^DurableFile.TemporarySuffix.Length];
            int end = of.LastIndexOf('.');
            bool isOurs = Classify(of, out _) != StoreFileKind.Foreign
                || (end > 0 && OwnContent.IsCounter(of.AsSpan(end + 1)) && Classify(of[..end], out _) != StoreFileKind.Foreign);
            return isOurs ? StoreFileKind.Temporary : StoreFileKind.Foreign;
        }

        if (name.StartsWith(ManifestPrefix, StringComparison.Ordinal))
        {
            return TryDigits(name.AsSpan(ManifestPrefix.Length), out number) ? StoreFileKind.Manifest : StoreFileKind.Foreign;
        }

        if (name.StartsWith(VersionsPrefix, StringComparison.Ordinal))
        {
            return TryDigits(name.AsSpan(VersionsPrefix.Length), out number) ? StoreFileKind.Versions : StoreFileKind.Foreign;
        }

        StoreFileKind kind = name.EndsWith(LogSuffix, StringComparison.Ordinal) ? StoreFileKind.Log
            : name.EndsWith(TableSuffix, StringComparison.Ordinal) ? StoreFileKind.Table
            : name.EndsWith(SegmentSuffix, StringComparison.Ordinal) ? StoreFileKind.Segment
            : name.EndsWith(ColumnFileSuffix, StringComparison.Ordinal) ? StoreFileKind.ColumnFile
            : StoreFileKind.Foreign;
        return kind != StoreFileKind.Foreign && TryDigits(name.AsSpan(0, name.Length - LogSuffix.Length), out number)
            ? kind
            : StoreFileKind.Foreign;
    }

    private static string Digits(ulong number) => number.ToString("D6", CultureInfo.InvariantCulture);

    private static bool TryDigits(ReadOnlySpan<char> digits, out ulong number)
    {
        bool parsed = ulong.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out number);
        if (parsed && number > 0 && digits.SequenceEqual(Digits(number)))
        {
            return true;
        }

        number = 0;
        return false;
    }
}
