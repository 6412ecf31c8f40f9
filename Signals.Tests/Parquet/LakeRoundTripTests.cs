using Signals.Offline;
using Signals.Parquet;
using Signals.Tests.Reliability;

namespace Signals.Tests.Parquet;

/// <summary>What is exported and imported again is the same at every read.</summary>
[Category("Fast")]
[Category("Scaled")]
internal sealed class LakeRoundTripTests
{
    private static readonly int[] Seeds = [.. Enumerable.Range(1, TestScale.Of(50))];

    [TestCaseSource(nameof(Seeds))]
    public async Task Import_OfAnExport_GivesAnEqualStore(int seed)
    {
        using LakeFolder folder = new();
        RandomLake random = new(seed);
        StoreSchema schema = random.Schema();
        await using SignalStore store = SignalStore.Open(folder["from"], schema);
        await random.FillAsync(store, events: 400);
        ParquetExportResult exported = await ParquetExporter.ExportAsync(store, ExportOptions(folder, seed));
        await using SignalStore copy = SignalStore.Open(folder["to"], schema);
        foreach (EventTypeSchema type in schema.EventTypes)
        {
            ParquetImportResult imported = await ParquetImporter.ImportAsync(copy, ImportOptions(folder["lake"], type.Name, seed));
            Assert.That(imported.RejectedRows, Is.Zero);
        }

        List<string> expected = LakeDump.Of(store);
        Assert.That(LakeDump.Of(copy), Is.EqualTo(expected));
        Assert.That(exported.Rows, Is.EqualTo(expected.Count));
        Assert.That(
            Directory.EnumerateFileSystemEntries(folder.Path, ".*", SearchOption.AllDirectories)
                .Where(path => Path.GetFileName(path) != ".export.lock"), Is.Empty, "nothing temporary is left");
    }

    public static ParquetImportOptions ImportOptions(string path, string type, int seed = 0) => new()
    {
        Path = path,
        EventType = type,
        Segment = new SegmentOptions { Generation = 1, MemoryBudgetBytes = seed % 2 == 0 ? 1 << 20 : 256 << 20 },
        Parallelism = 1 + seed % 3,
    };

    private static ParquetExportOptions ExportOptions(LakeFolder folder, int seed) => new()
    {
        Folder = folder["lake"],
        Partition = (ParquetPartition)(seed % 3),
        RowGroupRows = seed % 4 == 0 ? 7 : 122_880,
        Parallelism = 1 + seed / 2 % 3,
    };
}
