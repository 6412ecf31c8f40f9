using Signals.Core.Columns;
using Signals.Storage.Compaction;
using Signals.Storage.FileSystem;
using Signals.Storage.Tables;
using Signals.Storage.Versions;

namespace Signals.Tests.Storage.Compaction;

/// <summary>Processor time of a merge of many small users. Printed, not asserted: the machine decides it.</summary>
[Category("Fast")]
[Explicit("A measurement; run it alone and in Release.")]
internal sealed class MergeRateTests
{
    private const int Users = 200_000;
    private const int RowsPerUser = 5;

    private readonly IFileSystem _files = FileSystems.ForThisMachine();
    private readonly EventTypeSchema _type = StoreSchema.Define(s => s.EventType("view", t => t
        .Field<float>("dwell").Field<int>("action").Field<long>("item").Field<byte>("surface")))["view"];

    private string _folder = null!;

    [SetUp]
    public void MakeFolder()
    {
        _folder = Path.Combine(Path.GetTempPath(), $"signals-merge-{Guid.NewGuid()}");
        _files.CreateDirectory(_folder);
    }

    [TearDown]
    public void DeleteFolder() => Directory.Delete(_folder, recursive: true);

    [TestCase(4, false)]
    [TestCase(4, true)]
    [TestCase(8, false)]
    public void Run_SmallUsers_PrintsTheRate(int tables, bool overlapping)
    {
        Table[] inputs = [.. Enumerable.Range(0, tables).Select(i => Write((ulong)i + 1, overlapping ? 0 : i * 1000))];
        for (ulong round = 0; round < 5; round++)
        {
            var work = new CompactionWork(
                CompactionReason.Full, 0, 0, [.. inputs.Select(t => t.Meta.Number)], 0, long.MinValue);
            var target = new MergeTarget(new StoreFolder(_files, _folder), () => 100 + round, _type, new TableOptions(), 0);
            using var job = new MergeJob(target, work, inputs, new ErasureSet(), NewerTables.IndexUsers([]));
            long allocated = GC.GetAllocatedBytesForCurrentThread();
            TimeSpan start = Environment.CpuUsage.TotalTime;
            MergeStats stats = job.Run().Stats;
            double seconds = (Environment.CpuUsage.TotalTime - start).TotalSeconds;
            TestContext.Out.WriteLine(
                $"{tables} tables, overlapping={overlapping}: {stats.RowsIn / seconds / 1e6:F1}M rows per CPU second in,"
                + $" {stats.Duplicates} duplicates, {(double)stats.BytesWritten / stats.RowsOut:F1} B/row,"
                + $" {(GC.GetAllocatedBytesForCurrentThread() - allocated) / Users} B/user");
        }
    }

    private Table Write(ulong number, long oldest)
    {
        var random = new Random((int)number);
        string path = Path.Combine(_folder, StoreFiles.Table(number));
        using var writer = new TableWriter(_files, path, number, _type, 0, new TableOptions());
        RowBuffer rows = new([.. _type.Columns.Select(c => c.Type)]);
        for (int user = 0; user < Users; user++)
        {
            rows.Clear();
            long time = oldest + 1000;
            for (int i = 0; i < RowsPerUser; i++)
            {
                rows.AppendKey(time -= random.Next(1, 100), (ulong)random.NextInt64());
                rows.Columns[0].Append(random.NextSingle());
                rows.Columns[1].Append(random.Next(10));
                rows.Columns[2].Append((long)random.Next(1_000_000));
                rows.Columns[3].Append((byte)random.Next(5));
            }

            writer.Add(UserId.From((ulong)user), rows, 0, rows.Count);
        }

        return Table.Open(_files, path, writer.Finish(), _type, new BlockCache(1 << 20));
    }
}
