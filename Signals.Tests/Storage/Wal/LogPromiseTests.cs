using Signals.Storage.FileSystem;
using Signals.Storage.Wal;
using Signals.Tests.Storage.Tables;

namespace Signals.Tests.Storage.Wal;

/// <summary>What an entry promises to be synced: to the byte, in the reader and in the writer.</summary>
[Category("Fast")]
internal sealed class LogPromiseTests
{
    private const string File = "d/000007.log";
    private const ulong Number = 7;
    private static readonly byte[] Payload = [.. "sixteen bytes ok"u8];

    private static int EntryLength => (int)LogFormat.EntryLength(Payload.Length);

    /// <summary>An entry promises nothing behind its own beginning, not even a part of its header.</summary>
    [Test]
    public void Replay_PromiseBehindTheEntriesOwnBeginning_IsRefused([Values(1, 2, 8, 24, 39, 40, 41, 56, 4096)] int behind)
    {
        byte[] log = Entries(3);
        Promise(log, entry: 1, LogFormat.HeaderBytes + EntryLength);
        Assert.That(Count(log), Is.EqualTo(3), "up to its own beginning");
        Promise(log, entry: 1, LogFormat.HeaderBytes + EntryLength + behind);
        Assert.That(
            () => Count(log),
            Throws.TypeOf<CorruptionException>().With.Property("Offset").EqualTo((long)LogFormat.HeaderBytes + EntryLength));
    }

    [Test]
    public void Replay_PromiseWithinTheHeaderPage_IsRefused()
    {
        byte[] log = Entries(2);
        Promise(log, entry: 1, LogFormat.HeaderBytes);
        Assert.That(Count(log), Is.EqualTo(2));
        Promise(log, entry: 1, LogFormat.HeaderBytes - 1);
        Assert.That(() => Count(log), Throws.TypeOf<CorruptionException>());
    }

    /// <summary>A bad entry is a torn tail when what follows promises what lies before it, and damage from its first byte on.</summary>
    [Test]
    public void Replay_BadEntryBeforeAPromise_IsDamageFromItsFirstByteOn([Values(-8, 0, 1, 8, 39, 40, 56)] int into)
    {
        byte[] log = Entries(3);
        int bad = LogFormat.HeaderBytes + EntryLength;
        Promise(log, entry: 2, bad + into);
        log[bad + LogFormat.EntryBytes] ^= 1;
        if (into <= 0)
        {
            Assert.That(Count(log), Is.EqualTo(1));
        }
        else
        {
            Assert.That(() => Count(log), Throws.TypeOf<CorruptionException>().With.Property("Offset").EqualTo((long)bad));
        }
    }

    /// <summary>What is written while a sync runs may not have reached the disk when it ends.</summary>
    [Test]
    public void Sync_EntryWrittenWhileItRuns_IsNotPromised()
    {
        SlowSyncFileSystem files = new();
        using LogWriter log = LogWriter.Create(files, File, Number, 1, fixedSize: 0);
        log.Append(Payload, new(1));
        long before = log.WrittenOffset;
        files.DuringSync = () => log.Append(Payload, new(2));
        log.Sync();
        Assert.That((log.SyncedOffset, log.WrittenOffset), Is.EqualTo((before, before + EntryLength)));
        log.Append(Payload, new(3));
        byte[] bytes = files.Inner[File];
        Assert.That(LogEntry.Read(bytes.AsSpan((int)before + EntryLength)).SyncedOffset, Is.EqualTo(before), "the promise on disk");
        log.Sync();
        Assert.That(log.SyncedOffset, Is.EqualTo(log.WrittenOffset));
    }

    [Test]
    public void Resume_WhatWasThere_IsNotPromisedBeforeItIsSynced()
    {
        MemoryFileSystem files = new() { [File] = Entries(2) };
        LogReplay replay = LogReader.Replay(files, File, Number, 1, isLast: true, static (_, _) => { });
        using LogWriter log = LogWriter.Resume(files, File, replay);
        Assert.That(
            (log.SyncedOffset, log.WrittenOffset),
            Is.EqualTo(((long)LogFormat.HeaderBytes, (long)LogFormat.HeaderBytes + (2 * EntryLength))));
    }

    /// <summary>Entries of which none was synced.</summary>
    private static byte[] Entries(int count)
    {
        MemoryFileSystem files = new();
        using LogWriter log = LogWriter.Create(files, File, Number, 1, fixedSize: 0);
        for (int i = 0; i < count; i++)
        {
            log.Append(Payload, new(i));
        }

        return files[File];
    }

    private static void Promise(byte[] log, int entry, long synced)
    {
        Span<byte> at = log.AsSpan(LogFormat.HeaderBytes + (entry * EntryLength));
        (LogEntry.Read(at) with { SyncedOffset = synced }).Write(at, Payload);
    }

    private static int Count(byte[] log)
    {
        MemoryFileSystem files = new() { [File] = log };
        return LogReader.Replay(files, File, Number, 1, isLast: true, static (_, _) => { }).Entries;
    }

    /// <summary>Files whose sync does something before it is done, once. Threads: one.</summary>
    private sealed class SlowSyncFileSystem : IFileSystem
    {
        public MemoryFileSystem Inner { get; } = new();

        public Action? DuringSync { get; set; }

        public IFile Open(string path, FileOpenMode mode) => new SlowFile(this, Inner.Open(path, mode));

        public bool FileExists(string path) => Inner.FileExists(path);

        public bool DirectoryExists(string path) => Inner.DirectoryExists(path);

        public void CreateDirectory(string path) => Inner.CreateDirectory(path);

        public void Rename(string from, string to) => Inner.Rename(from, to);

        public bool TryLink(string from, string to) => Inner.TryLink(from, to);

        public void RenameDirectory(string from, string to) => Inner.RenameDirectory(from, to);

        public void DeleteDirectory(string path) => Inner.DeleteDirectory(path);

        public void Delete(string path) => Inner.Delete(path);

        public void SyncDirectory(string path) => Inner.SyncDirectory(path);

        public IReadOnlyList<string> ListFiles(string directory) => Inner.ListFiles(directory);

        public IReadOnlyList<string> ListDirectories(string directory) => Inner.ListDirectories(directory);

        public FileIdentity? IdentityOf(string path) => Inner.IdentityOf(path);

        public IFileLock Lock(string path) => Inner.Lock(path);

        public long AvailableBytes(string directory) => Inner.AvailableBytes(directory);

        private sealed class SlowFile(SlowSyncFileSystem owner, IFile inner) : IFile
        {
            public string Path => inner.Path;

            public long Length => inner.Length;

            public int Read(long offset, Span<byte> destination) => inner.Read(offset, destination);

            public void Write(long offset, ReadOnlySpan<byte> data) => inner.Write(offset, data);

            public void Write(long offset, ReadOnlySpan<byte> first, ReadOnlySpan<byte> second) => inner.Write(offset, first, second);

            public void Sync()
            {
                (Action? during, owner.DuringSync) = (owner.DuringSync, null);
                inner.Sync();
                during?.Invoke();
            }

            public void SetLength(long length) => inner.SetLength(length);

            public void Dispose() => inner.Dispose();
        }
    }
}
