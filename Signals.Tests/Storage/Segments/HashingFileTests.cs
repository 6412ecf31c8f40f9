using System.IO.Hashing;
using Signals.Storage.FileSystem;
using Signals.Storage.Segments;

namespace Signals.Tests.Storage.Segments;

/// <summary>What a segment is written through: it hashes, and the device gets the bytes before the sync asks for them.</summary>
[Category("Fast")]
internal sealed class HashingFileTests
{
    private const int Piece = 300 << 10;

    [Test]
    public void Append_ManyBytes_BeginsToWriteThemBackInOrderAndOnce()
    {
        WatchedFile file = new();
        using HashingFile hashing = new(file);
        XxHash128 expected = new();
        byte[] piece = new byte[Piece];
        for (int i = 0; i < 100; i++)
        {
            new Random(i).NextBytes(piece);
            hashing.Append(piece);
            expected.Append(piece);
        }

        Assert.That(hashing.Hash, Is.EqualTo(expected.GetCurrentHashAsUInt128()));
        long at = 0;
        foreach ((long offset, long length) in file.Begun)
        {
            Assert.That(offset, Is.EqualTo(at));
            at += length;
        }

        Assert.That(hashing.Length - at, Is.LessThan(8 << 20), "little is left for the sync");
    }

    private sealed class WatchedFile : IFile
    {
        public List<(long Offset, long Length)> Begun { get; } = [];

        public string Path => "/watched";

        public long Length { get; private set; }

        public int Read(long offset, Span<byte> destination) => throw new NotSupportedException();

        public void Write(long offset, ReadOnlySpan<byte> data) => Length = offset + data.Length;

        public void Write(long offset, ReadOnlySpan<byte> first, ReadOnlySpan<byte> second) => throw new NotSupportedException();

        public void Sync()
        {
        }

        public void BeginWriteBack(long offset, long length)
        {
            Assert.That(offset + length, Is.LessThanOrEqualTo(Length), "only what was written");
            Begun.Add((offset, length));
        }

        public void SetLength(long length) => throw new NotSupportedException();

        public void Dispose()
        {
        }
    }
}
