using Signals.Storage.FileSystem;
using Signals.Storage.Wal;

namespace Signals.Tests.Reliability;

/// <summary>
/// A log or manifest opened for reading in which every frame that looks like one has a valid checksum: a reader sees what it would
/// accept if it did not check. Threads: one.
/// </summary>
internal sealed class ForgedFile : IFile
{
    private readonly IFile _inner;
    private readonly byte[] _bytes;

    public ForgedFile(IFile inner)
    {
        _inner = inner;
        _bytes = new byte[inner.Length];
        inner.Read(0, _bytes);
        for (int offset = LogFormat.HeaderBytes; _bytes.Length - offset >= LogFormat.EntryBytes;)
        {
            Span<byte> rest = _bytes.AsSpan(offset);
            LogEntry entry = LogEntry.Read(rest);
            if (entry.LogNumber == 0 || entry.PayloadBytes < 0 || LogFormat.EntryLength(entry.PayloadBytes) > rest.Length)
            {
                break;
            }

            entry.Write(rest, rest.Slice(LogFormat.EntryBytes, entry.PayloadBytes));
            offset += (int)LogFormat.EntryLength(entry.PayloadBytes);
        }
    }

    public string Path => _inner.Path;

    public long Length => _bytes.Length;

    public int Read(long offset, Span<byte> destination)
    {
        int count = (int)Math.Clamp(_bytes.Length - offset, 0, destination.Length);
        _bytes.AsSpan((int)Math.Min(offset, _bytes.Length), count).CopyTo(destination);
        return count;
    }

    public void Write(long offset, ReadOnlySpan<byte> data) => throw new NotSupportedException();

    public void Write(long offset, ReadOnlySpan<byte> first, ReadOnlySpan<byte> second) => throw new NotSupportedException();

    public void Sync() => throw new NotSupportedException();

    public void SetLength(long length) => throw new NotSupportedException();

    public void Dispose() => _inner.Dispose();
}
