using Signals.Core.Ingest;
using Signals.Core.Model;
using Signals.Core.Schema;
using Signals.Storage.Engine;
using Signals.Storage.FileSystem;
using Signals.Storage.MemTables;
using Signals.Storage.Tables;
using Signals.Storage.Versions;
using Signals.Tests.Simulation;
using Signals.Tests.Storage.MemTables;

namespace Signals.Tests.Storage.Engine;

/// <summary>Flushing a memtable whose events lie in any number of windows.</summary>
internal sealed class FlushJobTests
{
    private const long Hour = 3_600_000;
    private const int MostOpen = 64;

    private static readonly StoreSchema Schema = StoreSchema.Define(s => s
        .EventType("a", t => t.Field<int>("n").Window(TimeSpan.FromHours(1)))
        .EventType("b", t => t.Field<int>("n").Window(TimeSpan.FromHours(1))));

    [TestCase(MostOpen, 3)]
    [TestCase(MostOpen + 1, 3)]
    [TestCase(2 * MostOpen, 1)]
    [TestCase(3001, 7)]
    public void Run_ManyWindows_WritesEachOnceWithFewFilesOpen(int windows, int users)
    {
        // Each user has an event in every window, twice; users come in another order than their windows.
        List<(ulong User, long Time)> events = [];
        for (int i = 0; i < windows; i++)
        {
            long time = TestStores.Start - ((long)i * 7919 % windows * Hour);
            for (int user = 0; user < users; user++)
            {
                events.Add(((ulong)user, time));
                events.Add(((ulong)user, time));
            }
        }

        CountingFileSystem files = new();
        FlushResult result = Flush(files, events);
        long rows = (long)windows * users;
        Assert.That(result.Tables, Has.Count.EqualTo(2 * windows));
        foreach (IGrouping<ushort, TableMeta> type in result.Tables.GroupBy(table => table.EventType))
        {
            Assert.That(type.Select(table => table.WindowStart), Is.Unique);
            Assert.That(type.All(table => table.Rows == users && table.MinTime >= table.WindowStart && table.MaxTime < table.WindowStart + Hour));
        }

        Assert.That((result.Rows, result.Merged, result.Dropped), Is.EqualTo((4 * rows, 2 * rows, 0L)));
        Assert.That(files.MostOpen, Is.EqualTo(Math.Min(windows, MostOpen)));
    }

    [Test]
    public void Run_UsersInFewWindowsEach_WritesEveryRow()
    {
        List<(ulong User, long Time)> events = [.. Enumerable.Range(0, 1000).Select(i => ((ulong)(i * 37 % 1000), TestStores.Start - ((long)i * Hour)))];
        CountingFileSystem files = new();
        FlushResult result = Flush(files, events);
        Assert.That((result.Tables.Count, result.Tables.Sum(table => table.Rows)), Is.EqualTo((2000, 2000L)));
        Assert.That(files.MostOpen, Is.EqualTo(MostOpen));
    }

    private static FlushResult Flush(CountingFileSystem files, List<(ulong User, long Time)> events)
    {
        files.CreateDirectory(TestStores.Folder);
        using MemArenaPool pool = new(32 << 20, keep: 1);
        using MemTable table = new(pool, [.. Schema.EventTypes.Select(type => new ChunkLayout(type))]);
        foreach (EventTypeSchema type in Schema.EventTypes)
        {
            Append(table, type, events);
        }

        FlushJob job = new(files, TestStores.Folder, Schema, new FileNumbers(1), TestStores.Tiny.Tables, new ErasureSet(), new EntrySorter(), TestStores.Start);
        return job.Run(table);
    }

    private static void Append(MemTable table, EventTypeSchema type, List<(ulong User, long Time)> events)
    {
        EventBatch batch = new(type, events.Count);
        foreach ((ulong user, long time) in events)
        {
            batch.Add(UserId.From(user), time, 1).Set("n", (int)user);
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

        public IDisposable Lock(string path) => _files.Lock(path);

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
