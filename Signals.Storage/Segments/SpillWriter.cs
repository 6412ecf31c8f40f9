using System.Buffers.Binary;
using Signals.Storage.FileSystem;

namespace Signals.Storage.Segments;

/// <summary>
/// Writes sorted rows to a temporary file, block by block. Thread contract: one thread. Owns the open file, not its name.
/// </summary>
internal sealed class SpillWriter(IFile file, SpillBlock block, int blockBytes) : IDisposable
{
    private const int MostRows = 4096;

    private long _offset = WriteStart(file);

    /// <summary>Writes all rows of a walk, with the given columns.</summary>
    public void Write(SegmentRows rows, ReadOnlySpan<int> columns)
    {
        block.Clear();
        while (rows.MoveNext())
        {
            block.Append(rows, columns);
            if (block.UsedBytes >= blockBytes || block.Count == MostRows)
            {
                Flush();
            }
        }

        Flush();
    }

    /// <inheritdoc/>
    public void Dispose() => file.Dispose();

    private static long WriteStart(IFile file)
    {
        Span<byte> magic = stackalloc byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64LittleEndian(magic, OwnContent.SortRunMagic);
        file.Write(0, magic);
        return magic.Length;
    }

    private void Flush()
    {
        if (block.Count > 0)
        {
            ReadOnlySpan<byte> bytes = block.Encode();
            file.Write(_offset, bytes);
            _offset += bytes.Length;
            block.Clear();
        }
    }
}
