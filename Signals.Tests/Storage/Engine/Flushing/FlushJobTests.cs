using Signals.Storage.Compaction;
using Signals.Storage.Engine.Context;
using Signals.Storage.Engine.Flushing;
using Signals.Storage.Engine.Views;
using Signals.Storage.FileSystem;
using Signals.Storage.MemTables;
using Signals.Storage.Primitives;
using Signals.Storage.Tables;
using Signals.Storage.Versions;
using Signals.Tests.Simulation;
using Signals.Tests.Storage.MemTables;

namespace Signals.Tests.Storage.Engine.Flushing;

/// <summary>Flushing a memtable whose events lie in any number of windows.</summary>
[Category("Fast")]
internal sealed class FlushJobTests
{
    private const long Hour = 3_600_000;
    private const int MostOpen = WindowCut.MostTables;

    private static readonly StoreSchema Schema = StoreSchema.Define(s => s
        .EventType("a", t => t.Field<int>("n").Window(TimeSpan.FromHours(1)))
        .EventType("b", t => t.Field<int>("n").Window(TimeSpan.FromHours(1))));

    [TestCase(3, 0L, 3)]
    [TestCase(MostOpen, 0L, MostOpen)]
    [TestCase(MostOpen + 1, 0L, MostOpen)]
    [TestCase(3001, 0L, MostOpen)]
    [TestCase(3001, 1L << 30, 1)]
    [TestCase(3001, 64L << 10, 16)]
    public void Run_ManyWindows_WritesFewTablesApartFromOneAnother(int windows, long windowBytes, int mostTables)
    {
        // Each user has an event in every window, twice; users come in another order than their windows.
        const int Users = 3;
        List<(ulong User, long Time)> events = [];
        for (int i = 0; i < windows; i++)
        {
            long time = TestStores.Start - ((long)i * 7919 % windows * Hour);
            for (int user = 0; user < Users; user++)
            {
                events.Add(((ulong)user, time));
                events.Add(((ulong)user, time));
            }
        }

        CountingFileSystem files = new();
        FlushResult result = Flush(files, events, windowBytes);
        long rows = (long)windows * Users;
        Assert.That((result.Rows, result.Merged, result.Dropped), Is.EqualTo((Rows: 4 * rows, Merged: 2 * rows, Dropped: 0L)));
        foreach (IGrouping<ushort, TableMeta> type in result.Tables.GroupBy(table => table.EventType))
        {
            TableMeta[] byTime = [.. type.OrderBy(table => table.MinTime)];
            Assert.That(byTime, Has.Length.InRange((mostTables + 2) / 3, mostTables));
            Assert.That(byTime.Sum(table => table.Rows), Is.EqualTo(rows));
            Assert.That(byTime.All(table => table.WindowStart == TimeWindow.StartOf(table.MinTime, TimeSpan.FromHours(1))));
            Assert.That(
                byTime.Zip(byTime.Skip(1)).All(pair => pair.First.MaxTime < pair.Second.WindowStart),
                "No window is in two tables.");
        }

        Assert.That(files.MostOpen, Is.LessThanOrEqualTo(mostTables));
    }

    [Test]
    public void Run_StrayTimesBesideABusyWindow_CostTwoTables()
    {
        List<(ulong User, long Time)> events = [.. Enumerable.Range(0, 4000).Select(i => ((ulong)i, TestStores.Start + i))];
        events.AddRange(Enumerable.Range(1, 400).Select(i => ((ulong)i, TestStores.Start - (i * 977L * Hour))));
        FlushResult result = Flush(new CountingFileSystem(), events, windowBytes: 256 << 10);
        TableMeta[] tables = [.. result.Tables.Where(table => table.EventType == 0).OrderBy(table => table.MinTime)];
        Assert.That(tables.Select(table => table.Rows), Is.EqualTo(new long[] { 400, 4000 }));
        Assert.That(tables[1].WindowStart, Is.EqualTo(TestStores.Start));
    }

    private static FlushResult Flush(CountingFileSystem files, List<(ulong User, long Time)> events, long windowBytes)
    {
        files.CreateDirectory(TestStores.Folder);
        using MemArenaPool pool = new(32 << 20, keep: 1, TimeProvider.System);
        using MemTable table = new(pool, [.. Schema.EventTypes.Select(type => new ChunkLayout(type))]);
        foreach (EventTypeSchema type in Schema.EventTypes)
        {
            Append(table, type, events);
        }

        StoreFolder folder = new(files, TestStores.Folder);
        FilePins pins = new(folder, new FailStop());
        TableFactory factory = new(
            folder, Schema, new FileNumbers(1), TestStores.Tiny.Tables,
            TestStores.Tiny.Compaction with { WindowBytes = windowBytes }, pins,
            retention: null!); // a job is given its limits
        DiskLimits limits = new(Schema.EventTypes, TestStores.Start, TestStores.Start);
        FlushJob job = new(factory, new ErasureSet(), pins, limits);
        return job.Run(table);
    }

    private static void Append(MemTable table, EventTypeSchema type, List<(ulong User, long Time)> events)
    {
        EventBatch batch = new(type, events.Count);
        foreach ((ulong user, long time) in events)
        {
            batch.Add(UserId.From(user + 1), time, 1).Set("n", (int)user);
        }

        Assert.That(MemTableRows.Append(table, batch), Is.EqualTo(events.Count));
    }

    /// <summary>Counts open files; one thread.</summary>
    private sealed class CountingFileSystem : IFileSystem
    {
        private readonly SimFileSystem _files = new(record: false);
        private int _open;

        public int MostOpen { get; private set; }

        public IFile Open(string path, FileOpenMode mode)
        {
            CountingFile file = new(this, _files.Open(path, mode));
            MostOpen = Math.Max(MostOpen, ++_open);
            return file;
        }

        public bool FileExists(string path) => _files.FileExists(path);

        public bool DirectoryExists(string path) => _files.DirectoryExists(path);

        public void CreateDirectory(string path) => _files.CreateDirectory(path);

        public void Rename(string from, string to) => _files.Rename(from, to);

        public bool TryLink(string from, string to) => _files.TryLink(from, to);

        public void RenameDirectory(string from, string to) => _files.RenameDirectory(from, to);

        public void DeleteDirectory(string path) => _files.DeleteDirectory(path);

        public void Delete(string path) => _files.Delete(path);

        public void SyncDirectory(string path) => _files.SyncDirectory(path);

        public IReadOnlyList<string> ListFiles(string directory) => _files.ListFiles(directory);

        public IFileLock Lock(string path) => _files.Lock(path);

        public FileIdentity? IdentityOf(string path) => _files.IdentityOf(path);

        public IReadOnlyList<string> ListDirectories(string directory) => _files.ListDirectories(directory);

        public long AvailableBytes(string directory) => _files.AvailableBytes(directory);

        private sealed class CountingFile(CountingFileSystem owner, IFile file) : IFile
        {
            public string Path => file.Path;

            public long Length => file.Length;

            public int Read(long offset, Span<byte> destination) => file.Read(offset, destination);

            public void Write(long offset, ReadOnlySpan<byte> data) => file.Write(offset, data);

            public void Write(long offset, ReadOnlySpan<byte> first, ReadOnlySpan<byte> second) => file.Write(offset, first, second);

            public void Sync() => file.Sync();

            public void SetLength(long length) => file.SetLength(length);

            public void Dispose()
            {
                owner._open--;
                file.Dispose();
            }
        }
    }
}
