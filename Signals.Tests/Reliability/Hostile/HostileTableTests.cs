using Signals.Storage.FileSystem;
using Signals.Storage.Segments;
using Signals.Storage.Tables;
using Signals.Tests.Storage.Tables;

namespace Signals.Tests.Reliability.Hostile;

/// <summary>Tables and segments of few bytes that claim much: no reader allocates what neither their bytes nor a limit bound.</summary>
[Category("Reliability")]
internal sealed class HostileTableTests
{
    private static IEnumerable<string> Names => HostileTables.All().Select(hostile => hostile.Name);

    [TestCaseSource(nameof(Names))]
    public void Segment_ClaimsMuch_AllocatesLittle(string name)
    {
        byte[] segment = HostileTables.SegmentOf(Find(name));
        MemoryFileSystem files = new() { ["s"] = segment };
        using IFile file = files.Open("s", FileOpenMode.Read);
        long allocated = Allocation.Of(
            () => SegmentVerifier.Verify(SegmentFile.Read(file), static _ => { }), e => e is CorruptionException { Offset: > 0 });
        TestContext.Out.WriteLine($"{segment.Length:N0} bytes: {allocated:N0} allocated");
        Assert.That(allocated, Is.LessThan(Allocation.Most));
    }

    [TestCaseSource(nameof(Names))]
    public void Table_ClaimsMuch_AllocatesLittle(string name)
    {
        HostileTable table = Find(name)(RowDefaults.Streamed);
        MemoryFileSystem files = new() { [TableSample.Path] = table.Make(TableSample.Number, out TableMeta meta) };
        long allocated = Allocation.Of(
            () =>
            {
                using Table opened = Table.Open(files, TableSample.Path, meta, table.Schema, new BlockCache(1 << 20), verify: true);
                _ = opened.GetBlock(0, [.. Enumerable.Range(0, table.Schema.Columns.Count)]);
            },
            e => e is CorruptionException { File: TableSample.Path });
        TestContext.Out.WriteLine($"{meta.FileLength:N0} bytes: {allocated:N0} allocated");
        Assert.That(allocated, Is.LessThan(Allocation.Most));
    }

    private static Func<RowDefaults, HostileTable> Find(string name) => HostileTables.All().First(hostile => hostile.Name == name).Make;
}
