namespace Signals.Storage.FileSystem;

/// <summary>
/// Opens each file once and shares the handle among all its users. Otherwise a segment of many windows would take a handle for
/// each of its parts.
/// </summary>
/// <remarks>Thread contract: any thread. Lifetime: a file is closed when the last of its users has disposed of it.</remarks>
internal sealed class SharedFiles(IFileSystem files)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, Entry> _open = new(StringComparer.Ordinal); // under _lock

    /// <summary>Opens a file for reading, or shares the handle that is open already. The caller disposes of the result.</summary>
    public IFile Open(string path)
    {
        lock (_lock)
        {
            if (!_open.TryGetValue(path, out Entry? entry))
            {
                entry = new Entry(files.Open(path, FileOpenMode.Read));
                _open.Add(path, entry);
            }

            entry.Users++;
            return new Part(this, entry.File);
        }
    }

    private void Leave(IFile file)
    {
        lock (_lock)
        {
            if (--_open[file.Path].Users > 0)
            {
                return;
            }

            _open.Remove(file.Path);
        }

        file.Dispose();
    }

    private sealed class Entry(IFile file)
    {
        public IFile File { get; } = file;

        public int Users { get; set; }
    }

    private sealed class Part(SharedFiles owner, IFile file) : IFile
    {
        private bool _isClosed;

        public string Path => file.Path;

        public long Length => file.Length;

        public int Read(long offset, Span<byte> destination) => file.Read(offset, destination);

        public void ExpectScatteredReads() => file.ExpectScatteredReads();

        public void BeginRead(long offset, long length) => file.BeginRead(offset, length);

        public void Write(long offset, ReadOnlySpan<byte> data) => throw new NotSupportedException();

        public void Write(long offset, ReadOnlySpan<byte> first, ReadOnlySpan<byte> second) => throw new NotSupportedException();

        public void Sync() => throw new NotSupportedException();

        public void SetLength(long length) => throw new NotSupportedException();

        public void Dispose()
        {
            if (!Interlocked.Exchange(ref _isClosed, true))
            {
                owner.Leave(file);
            }
        }
    }
}
