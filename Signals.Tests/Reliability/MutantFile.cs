using Signals.Storage.FileSystem;

namespace Signals.Tests.Reliability;

/// <summary>An open file of a <see cref="MutantFileSystem"/>, which decides what writes and syncs do. Threads: one.</summary>
internal sealed class MutantFile(MutantFileSystem files, IFile inner) : IFile
{
    public string Path => inner.Path;

    public long Length => inner.Length;

    public int Read(long offset, Span<byte> destination) => inner.Read(offset, destination);

    public void Write(long offset, ReadOnlySpan<byte> data) => files.Write(inner, offset, data, default);

    public void Write(long offset, ReadOnlySpan<byte> first, ReadOnlySpan<byte> second) => files.Write(inner, offset, first, second);

    public void Sync() => files.Sync(inner);

    public void SetLength(long length) => inner.SetLength(length);

    public void Dispose()
    {
        files.Release(inner);
        inner.Dispose();
    }
}
