using System.Text.RegularExpressions;

namespace Signals.Tests.Architecture;

/// <summary>
/// The order of the layers and the rules that follow from it. A rule takes sources and gives its violations as readable lines, so that
/// it can be tried on sources that break it.
/// </summary>
internal static partial class Layers
{
    /// <summary>
    /// The rooms, lowest first; a room may use what stands before it. The namespace of an internal type is its room; public types
    /// have one of <see cref="PublicNamespaces"/>.
    /// </summary>
    public static readonly string[] Rooms =
    [
        "Signals.Core.Model",
        "Signals.Core.Columns",
        "Signals.Core.Schema",
        "Signals.Core.Ingest",
        "Signals.Core.Enrichment",
        "Signals.Core.Frames",
        "Signals.Core.Definitions.Values",
        "Signals.Core.Definitions.Tensors",
        "Signals.Core.Definitions",
        "Signals.Core.DefinitionVersions",
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
        "Signals.Storage.Heads",
        "Signals.Storage.Reads",
        "Signals.Storage.Scanning",
        "Signals.Storage.Telemetry",
        "Signals.Storage.History",
        "Signals.Storage.DefinitionFiles",
        "Signals.Storage.Maintenance",
        "Signals.Storage.Engine.Context",
        "Signals.Storage.Engine.Views",
        "Signals.Storage.Engine.Flushing",
        "Signals.Storage.Engine.Ingest",
        "Signals.Storage.Engine.Compacting",
        "Signals.Storage.Engine.Importing",
        "Signals.Storage.Engine.Recovery",
        "Signals.Storage.Engine.Reading",
        "Signals.Storage.Engine.Following",
        "Signals.Storage.Engine.Upkeep",
        "Signals.Storage.Engine",
        "Signals.Storage.Indexing",
        "Signals.Storage.Offline",
        "Signals.Storage.DefinitionServing",
        "Signals.Storage.PlacementDecisions",
        "Signals.Storage.FeatureLog",
        "Signals.Storage",
    ];

    /// <summary>What a user of the packages types.</summary>
    public static readonly string[] PublicNamespaces =
    [
        "Signals",
        "Signals.Definitions",
        "Signals.Enrichment",
        "Signals.Serving",
        "Signals.Offline",
        "Signals.Maintenance",
        "Signals.Scanning",
    ];

    // A definition reads, writes and checks itself, so these rooms and the one around them are one layer.
    private static readonly string[] OneWithTheirParent =
        ["Signals.Core.Definitions.Predicates", "Signals.Core.Definitions.Json", "Signals.Core.Definitions.Checks"];

    private static readonly string[] UnsafeFolders =
    [
        "Signals.Core/Ingest",
        "Signals.Storage/Primitives",
        "Signals.Storage/FileSystem",
        "Signals.Storage/MemTables",
        "Signals.Storage/Heads",
    ];

    // Loops whose speed is that of every read, over spans whose lengths are checked at their entrance; and the native memory of
    // background work, which gives out spans only.
    private static readonly string[] UnsafeFiles =
    [
        "Signals.Core/Model/NativeBlock.cs",
        "Signals.Core/Columns/BitGroupStores.cs",
        "Signals.Core/Columns/BitGroups.cs",
        "Signals.Core/Columns/BitUnpacking.cs",
        "Signals.Core/Columns/IntegerNarrowing.cs",
        "Signals.Core/Columns/IntegerWidening.cs",
    ];

    public static IEnumerable<string> UpwardReferences(IReadOnlyCollection<SourceFile> product)
    {
        string[] known = [.. Rooms, .. OneWithTheirParent];
        foreach (SourceFile file in product.Where(f => Rank(f.Room) >= 0))
        {
            int rank = Rank(file.Room);
            foreach (string mentioned in file.MentionedNamespaces(known).Where(n => Rank(n) > rank))
            {
                yield return $"{file} uses {mentioned}, which is above it";
            }

            // Public types share few namespaces, and C# sees the types of an enclosing namespace without a using:
            // those are looked for by name.
            foreach (SourceFile above in product.Where(
                f => Rank(f.Room) > rank && (f.IsPublic || file.Namespace.StartsWith(f.Namespace + ".", StringComparison.Ordinal))))
            {
                foreach (string type in above.Types.Where(file.Uses))
                {
                    yield return $"{file} uses {type} of {above.Room}, which is above it";
                }
            }
        }
    }

    public static IEnumerable<string> UnknownLayers(IEnumerable<SourceFile> product) => product
        .Where(f => Rank(f.Room) < 0)
        .Select(f => $"{f} is in {f.Room}, which has no place in the order of layers");

    /// <param name="files">Sources.</param>
    /// <param name="isProduct">Whether a source belongs to the packages whose public types have namespaces of their own.</param>
    public static IEnumerable<string> MisplacedNamespaces(IEnumerable<SourceFile> files, Func<SourceFile, bool> isProduct) => files
        .Where(f => f.Types.Count > 0 && !IsProgramOfASample(f))
        .Where(f => !(IsForUsers(f) && isProduct(f) ? PublicNamespaces : [f.Room]).Contains(f.Namespace))
        .Select(f => $"{f} has the namespace {f.Namespace}, not {(IsForUsers(f) && isProduct(f) ? "a public one" : f.Room)}");

    public static IEnumerable<string> CrowdedFiles(IEnumerable<SourceFile> files) => files
        .Where(f => !(f.Types.Count == 0 && f.Path.EndsWith("/Program.cs", StringComparison.Ordinal)) && !IsProgramOfASample(f))
        .Where(f => f.Types.Count != 1 || f.Types[0] != Path.GetFileName(f.Path).Split('.')[0])
        .Select(f => $"{f} declares {(f.Types.Count == 0 ? "nothing" : string.Join(", ", f.Types))}");

    public static IEnumerable<string> StrayUnsafeCode(IEnumerable<SourceFile> product) => product
        .Where(f => !UnsafeFolders.Contains(f.Folder) && !UnsafeFiles.Contains(f.Path))
        .Where(f => UnsafeCode().IsMatch(f.Code))
        .Select(f => $"{f} uses {UnsafeCode().Match(f.Code).Value}");

    // A class of this name carries the documentation of a public namespace.
    private static bool IsForUsers(SourceFile file) => file.IsPublic || file.Types.Contains("NamespaceDoc");

    // One file that a user copies: statements, and below them the events that they use.
    private static bool IsProgramOfASample(SourceFile file) =>
        file.Path.StartsWith("samples/", StringComparison.Ordinal) && file.Path.EndsWith("/Program.cs", StringComparison.Ordinal);

    private static int Rank(string room) => Array.IndexOf(Rooms, OneWithTheirParent.Contains(room) ? room[..room.LastIndexOf('.')] : room);

    // Of the class Unsafe, SizeOf and BitCast are safe; padding, P/Invoke and native memory count as unsafe code.
    [GeneratedRegex(@"(?<![\w.])(unsafe|LibraryImport|DllImport|NativeMemory|StructLayout|Unsafe\.(?!SizeOf|BitCast)\w+)\b")]
    private static partial Regex UnsafeCode();
}
