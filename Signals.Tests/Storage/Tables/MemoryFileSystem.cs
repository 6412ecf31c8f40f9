using Signals.Storage.FileSystem;

namespace Signals.Tests.Storage.Tables;

/// <summary>Files in memory whose bytes a test may change, and which remember every read. One thread, but for reads.</summary>
internal sealed class MemoryFileSystem : IFileSystem
{
    private readonly Dictionary<string, MemoryFile> _files = [];

    /// <summary>The (offset, length) of every read since the last clear.</summary>
    public List<(long Offset, int Length)> Reads { get; } = [];

    public bool RecordsReads { get; set; } = true;

    /// <summary>The (offset, length) of everything that was asked for ahead, and how many reads came before.</summary>
    public List<(long Offset, long Length, int Reads)> Asked { get; } = [];

    /// <summary>How often a handle was told that its reads are scattered.</summary>
    public int Scattered { get; private set; }

    /// <summary>Reads of bytes from here on fail, as those of a device that cannot read them.</summary>
    public long UnreadableFrom { get; set; } = long.MaxValue;

    public byte[] this[string path]
    {
        get => _files[path].Bytes;
        set => _files[path] = new MemoryFile(this, path) { Bytes = value };
    }

    public IFile Open(string path, FileOpenMode mode)
    {
        if (mode == FileOpenMode.CreateNew)
        {
            _files.Add(path, new MemoryFile(this, path));
        }

        return _files[path];
    }

    public bool FileExists(string path) => _files.ContainsKey(path);

    // Folders are the names directly below the root that are no file.
    public bool DirectoryExists(string path) => path.LastIndexOf('/') <= 0 && !_files.ContainsKey(path);

    public void CreateDirectory(string path)
    {
    }

    public void Rename(string from, string to)
    {
        this[to] = this[from];
        Delete(from);
    }

    public bool TryLink(string from, string to) => _files.TryAdd(to, _files[from]);

    public void RenameDirectory(string from, string to) => throw new NotSupportedException();

    public void DeleteDirectory(string path) => throw new NotSupportedException();

    public void Delete(string path) => _files.Remove(path);

    public void SyncDirectory(string path)
    {
    }

    public IReadOnlyList<string> ListFiles(string directory) => [.. _files.Keys];

    /// <summary>Nobody else is here to be kept away.</summary>
    public IFileLock Lock(string path) => new NoLock();

    public FileIdentity? IdentityOf(string path) => _files.ContainsKey(path) ? new FileIdentity(0, 0, path) : null;

    public IReadOnlyList<string> ListDirectories(string directory) => [];

    public long AvailableBytes(string directory) => long.MaxValue;

    private sealed class NoLock : IFileLock
    {
        public bool IsHeld => true;

        public void Dispose()
        {
        }
    }

    private sealed class MemoryFile(MemoryFileSystem owner, string path) : IFile
    {
        public byte[] Bytes { get; set; } = [];

        public string Path => path;

        public long Length => Bytes.Length;

        public int Read(long offset, Span<byte> destination)
        {
            if (owner.RecordsReads)
            {
                owner.Reads.Add((offset, destination.Length));
            }

            if (offset + destination.Length > owner.UnreadableFrom)
            {
                throw new FileOperationException("pread", path, "EIO (planted)");
            }

            int count = (int)Math.Max(0, Math.Min(destination.Length, Bytes.Length - offset));
            Bytes.AsSpan((int)Math.Min(offset, Bytes.Length), count).CopyTo(destination);
            return count;
        }

        public void ExpectScatteredReads() => owner.Scattered++;

        public void BeginRead(long offset, long length) => owner.Asked.Add((offset, length, owner.Reads.Count));

        public void Write(long offset, ReadOnlySpan<byte> data)
        {
            byte[] bytes = Bytes;
            Array.Resize(ref bytes, Math.Max(bytes.Length, (int)offset + data.Length));
            data.CopyTo(bytes.AsSpan((int)offset));
            Bytes = bytes;
        }

        public void Write(long offset, ReadOnlySpan<byte> first, ReadOnlySpan<byte> second)
        {
            Write(offset, first);
            Write(offset + first.Length, second);
        }

        public void Sync()
        {
        }

        public void SetLength(long length)
        {
            byte[] bytes = Bytes;
            Array.Resize(ref bytes, (int)length);
            Bytes = bytes;
        }

        public void Dispose()
        {
        }
    }
}
