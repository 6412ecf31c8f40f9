using System.Collections.Concurrent;
using Signals.Enrichment;
using Signals.Storage.FileSystem;
using Signals.Tests.Storage.Tables;

namespace Signals.Tests.Storage.Entities;

/// <summary>An entity table is replaced under its readers: each batch of lookups sees one version.</summary>
[Category("Fast")]
internal sealed class EntityReplaceTests
{
    [Test]
    public void Replace_LookupUnderWay_KeepsTheOldFileUntilItEnds()
    {
        MemoryFileSystem inner = new() { RecordsReads = false };
        EntitySamples.Write(inner, Enumerable.Range(0, 100));
        using HeldFileSystem files = new(inner);
        using EntityTable table = EntityTable.Open(files, EntitySamples.Path, new EntityTableOptions());
        using HeldReads held = new(files);
        EntityLookup lookup = table.CreateLookup();
        Task reading = Task.Run(() => lookup.Find([EntitySamples.KeyOf(10)]));
        files.WaitForHeldRead();
        EntitySamples.Write(inner, Enumerable.Range(0, 100), new EntityWriterOptions { Version = 2, BlockBytes = 256 }, revision: 2);
        files.Pass = true;
        table.Replace(EntitySamples.Path);
        Assert.That(files.Closed, Is.Zero, "a lookup is still on the old file");
        Assert.That(table.RetiredCount, Is.EqualTo(1));
        Assert.That(table.Version, Is.EqualTo(2));
        files.Release();
        reading.Wait();
        Assert.That(files.Closed, Is.EqualTo(1), "closed by the lookup that left last");
        EntitySamples.AssertRow(lookup, 0, 10);
        lookup.Find([EntitySamples.KeyOf(10)]);
        EntitySamples.AssertRow(lookup, 0, 10, revision: 2);
    }

    [Test]
    public void Replace_AfterDispose_IsRefusedAndOpensNothing()
    {
        MemoryFileSystem files = new() { RecordsReads = false };
        EntitySamples.Write(files, Enumerable.Range(0, 10));
        EntityTable table = EntityTable.Open(files, EntitySamples.Path, new EntityTableOptions());
        table.Dispose();
        Assert.That(() => table.Replace(EntitySamples.Path), Throws.InstanceOf<ObjectDisposedException>());
        Assert.That(() => table.Version, Throws.InstanceOf<ObjectDisposedException>());
    }

    [Test]
    public void Replace_WhileOthersLookUp_EachBatchSeesOneVersion()
    {
        MemoryFileSystem inner = new() { RecordsReads = false };
        ConcurrentQueue<string> mixed = new();
        byte[][] versions = [.. Enumerable.Range(1, 2).Select(v => EntitySamples.Write(
            inner, Enumerable.Range(0, 200), new EntityWriterOptions { Version = (ulong)v, BlockBytes = 256 }, revision: v))];
        using HeldFileSystem files = new(inner);
        using EntityTable table = EntityTable.Open(files, EntitySamples.Path, new EntityTableOptions { CacheBytes = 2048 });
        using CancellationTokenSource stop = new();
        Task[] readers = [.. Enumerable.Range(0, 3).Select(_ => Task.Run(() =>
        {
            EntityLookup lookup = table.CreateLookup("vector");
            EntityKey[] keys = [.. Enumerable.Range(0, 200).Where(n => n % 7 == 0).Select(EntitySamples.KeyOf)];
            while (!stop.IsCancellationRequested)
            {
                lookup.Find(keys);
                Half revision = lookup.Read<Half>(0).Row(0)[3];
                for (int row = 0; row < keys.Length; row++)
                {
                    if (!lookup.Found[row] || lookup.Read<Half>(0).Row(row)[3] != revision)
                    {
                        mixed.Enqueue($"row {row} has another version than row 0");
                    }
                }
            }
        }))];
        for (int i = 0; i < 200; i++)
        {
            inner[EntitySamples.Path] = versions[i % 2];
            table.Replace(EntitySamples.Path);
        }

        stop.Cancel();
        Task.WaitAll(readers);
        Assert.That(mixed, Is.Empty);
        Assert.That(table.RetiredCount, Is.Zero);
        Assert.That(files.Closed, Is.EqualTo(200));
    }

    /// <summary>Holds reads until the test ends, however it ends: a table waits for its readers when it is disposed.</summary>
    private sealed class HeldReads : IDisposable
    {
        private readonly HeldFileSystem _files;

        public HeldReads(HeldFileSystem files)
        {
            _files = files;
            files.HoldReads();
        }

        public void Dispose() => _files.Release();
    }

    /// <summary>Lets a test hold reads of blocks and counts closed files.</summary>
    private sealed class HeldFileSystem(MemoryFileSystem inner) : IFileSystem, IDisposable
    {
        private readonly ManualResetEventSlim _held = new();
        private readonly ManualResetEventSlim _release = new(initialState: true);
        private int _closed;

        public int Closed => Volatile.Read(ref _closed);

        /// <summary>Reads of files opened from now on are not held.</summary>
        public bool Pass { get; set; }

        public void HoldReads() => _release.Reset();

        public void WaitForHeldRead() => _held.Wait();

        public void Release() => _release.Set();

        public IFile Open(string path, FileOpenMode mode) => new HeldFile(this, inner.Open(path, mode), Pass);

        public bool FileExists(string path) => inner.FileExists(path);

        public bool DirectoryExists(string path) => true;

        public void CreateDirectory(string path)
        {
        }

        public void Rename(string from, string to) => inner.Rename(from, to);

        public bool TryLink(string from, string to) => inner.TryLink(from, to);

        public void RenameDirectory(string from, string to) => inner.RenameDirectory(from, to);

        public void DeleteDirectory(string path) => inner.DeleteDirectory(path);

        public void Delete(string path) => inner.Delete(path);

        public void SyncDirectory(string path)
        {
        }

        public IReadOnlyList<string> ListFiles(string directory) => inner.ListFiles(directory);

        public IFileLock Lock(string path) => inner.Lock(path);

        public FileIdentity? IdentityOf(string path) => inner.IdentityOf(path);

        public IReadOnlyList<string> ListDirectories(string directory) => inner.ListDirectories(directory);

        public long AvailableBytes(string directory) => long.MaxValue;

        public void Dispose()
        {
            _held.Dispose();
            _release.Dispose();
        }

        private sealed class HeldFile(HeldFileSystem owner, IFile file, bool pass) : IFile
        {
            public string Path => file.Path;

            public long Length => file.Length;

            public int Read(long offset, Span<byte> destination)
            {
                if (!pass && !owner._release.IsSet)
                {
                    owner._held.Set();
                    owner._release.Wait();
                }

                return file.Read(offset, destination);
            }

            public void Write(long offset, ReadOnlySpan<byte> data) => file.Write(offset, data);

            public void Write(long offset, ReadOnlySpan<byte> first, ReadOnlySpan<byte> second) => file.Write(offset, first, second);

            public void Sync() => file.Sync();

            public void SetLength(long length) => file.SetLength(length);

            public void Dispose()
            {
                Interlocked.Increment(ref owner._closed);
                file.Dispose();
            }
        }
    }
}
