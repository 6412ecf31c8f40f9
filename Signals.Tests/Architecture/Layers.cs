using System.Text.RegularExpressions;

namespace Signals.Tests.Architecture;

/// <summary>
/// The order of the layers and the rules that follow from it. A rule takes sources and gives its violations as readable lines, so that
/// it can be tried on sources that break it.
/// </summary>
internal static partial class Layers
{
    /// <summary>Lowest first; a folder may use what stands before it.</summary>
    public static readonly string[] Namespaces =
    [
        "Signals.Core.Model",
        "Signals.Core.Columns",
        "Signals.Core.Schema",
        "Signals.Core.Ingest",
        "Signals.Core.Enrichment",
        "Signals.Core.Definitions",
        "Signals.Core.Registry",
        "Signals.Core.Tenancy",
        "Signals.Core.Placement",
        "Signals.Core.Serving.Rows",
        "Signals.Core.Serving.Filtering",
        "Signals.Core.Serving.Sizing",
        "Signals.Core.Serving.Features",
        "Signals.Core.Serving",
        "Signals.Storage.Primitives",
        "Signals.Storage.FileSystem",
        "Signals.Storage.Entities",
        "Signals.Storage.Wal",
        "Signals.Storage.MemTables",
        "Signals.Storage.Tables",
        "Signals.Storage.Segments",
        "Signals.Storage.Versions",
        "Signals.Storage.Compaction",
        "Signals.Storage.Reads",
        "Signals.Storage.Telemetry",
        "Signals.Storage.History",
        "Signals.Storage.Maintenance",
        "Signals.Storage.Engine",
        "Signals.Storage.Indexing",
        "Signals.Storage.Offline",
        "Signals.Storage.Frames",
        "Signals.Storage.Serving",
        "Signals.Storage.Placement",
        "Signals.Storage.FeatureLog",
        "Signals.Storage",
    ];

    private static readonly string[] UnsafeFolders =
    [
        "Signals.Core/Ingest",
        "Signals.Storage/Primitives",
        "Signals.Storage/FileSystem",
        "Signals.Storage/MemTables",
    ];

    // Loops whose speed is that of every read, over spans whose lengths are checked at their entrance.
    private static readonly string[] UnsafeFiles =
    [
        "Signals.Core/Columns/BitGroupStores.cs",
        "Signals.Core/Columns/BitGroups.cs",
        "Signals.Core/Columns/BitUnpacking.cs",
        "Signals.Core/Columns/IntegerNarrowing.cs",
        "Signals.Core/Columns/IntegerWidening.cs",
    ];

    public static IEnumerable<string> UpwardReferences(IReadOnlyCollection<SourceFile> product)
    {
        foreach (SourceFile file in product.Where(f => Rank(f.Namespace) >= 0))
        {
            foreach (string mentioned in file.MentionedNamespaces(Namespaces).Where(n => Rank(n) > Rank(file.Namespace)))
            {
                yield return $"{file} uses {mentioned}, which is above it";
            }

            // C# sees the types of an enclosing namespace without a using, so those are looked for by name.
            foreach (SourceFile enclosing in product.Where(f => file.Namespace.StartsWith(f.Namespace + ".", StringComparison.Ordinal)))
            {
                foreach (string type in enclosing.Types.Where(file.Uses))
                {
                    yield return $"{file} uses {type} of {enclosing.Namespace}, which is above it";
                }
            }
        }
    }

    public static IEnumerable<string> UnknownLayers(IEnumerable<SourceFile> product) => product
        .Where(f => Rank(f.Namespace) < 0)
        .Select(f => $"{f} is in {f.Namespace}, which has no place in the order of layers");

    public static IEnumerable<string> MisplacedNamespaces(IEnumerable<SourceFile> files) => files
        .Where(f => f.Types.Count > 0 && f.Namespace != NamespaceOf(f.Folder))
        .Select(f => $"{f} has the namespace {f.Namespace}, not {NamespaceOf(f.Folder)}");

    public static IEnumerable<string> CrowdedFiles(IEnumerable<SourceFile> files) => files
        .Where(f => !(f.Types.Count == 0 && f.Path.EndsWith("/Program.cs", StringComparison.Ordinal)))
        .Where(f => f.Types.Count != 1 || f.Types[0] != Path.GetFileName(f.Path).Split('.')[0])
        .Select(f => $"{f} declares {(f.Types.Count == 0 ? "nothing" : string.Join(", ", f.Types))}");

    public static IEnumerable<string> StrayUnsafeCode(IEnumerable<SourceFile> product) => product
        .Where(f => !UnsafeFolders.Contains(f.Folder) && !UnsafeFiles.Contains(f.Path))
        .Where(f => UnsafeCode().IsMatch(f.Code))
        .Select(f => $"{f} uses {UnsafeCode().Match(f.Code).Value}");

    private static int Rank(string name) => Array.IndexOf(Namespaces, name);

    private static string NamespaceOf(string folder) =>
        (folder.StartsWith("samples/", StringComparison.Ordinal) ? "Signals.S" + folder[1..] : folder).Replace('/', '.');

    // Of the class Unsafe, SizeOf and BitCast are safe; padding, P/Invoke and native memory count as unsafe code.
    [GeneratedRegex(@"(?<![\w.])(unsafe|LibraryImport|DllImport|NativeMemory|StructLayout|Unsafe\.(?!SizeOf|BitCast)\w+)\b")]
    private static partial Regex UnsafeCode();
}
