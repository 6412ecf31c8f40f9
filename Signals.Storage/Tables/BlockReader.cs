using System.Buffers;

namespace Signals.Storage.Tables;

/// <summary>
/// Reads chunks of a block: adjacent wanted chunks in one pread, checksum, then decompression into one exact array, then the
/// structural check. Threads: any; holds no state of its own.
/// </summary>
internal sealed class BlockReader(TableFile file, TableIndex index, TableLayout layout)
{
    /// <summary>Loads chunks of a block.</summary>
    /// <param name="block">The block.</param>
    /// <param name="wanted">Per chunk of the layout, whether to load it.</param>
    /// <param name="chunks">Per chunk, receives the slice of those wanted.</param>
    /// <param name="reuse">An array to decode into when it is large enough; a new exact one is made otherwise.</param>
    /// <param name="io">Counts the preads and their bytes.</param>
    /// <returns>The array behind the slices.</returns>
    /// <exception cref="Core.Model.CorruptionException">Short file, wrong checksum, or bytes that are no such chunk.</exception>
    public byte[] Read(int block, ReadOnlySpan<bool> wanted, Span<ChunkSlice> chunks, byte[]? reuse, ref IoCount io)
    {
        int stored = StoredLength(block, wanted);
        byte[] scratch = ArrayPool<byte>.Shared.Rent(Math.Max(1, stored));
        try
        {
            ReadRuns(block, wanted, scratch, ref io);
            int length = VerifyAndMeasure(block, wanted, scratch, chunks);
            byte[] data = reuse?.Length >= length ? reuse : GC.AllocateUninitializedArray<byte>(length);
            foreach (int chunk in layout.Unstored)
            {
                chunks[chunk] = ChunkSlice.Absent;
            }

            Decode(block, wanted, scratch, data, chunks);
            return data;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(scratch);
        }
    }

    /// <summary>Whether some block has a chunk.</summary>
    public bool IsStored(int chunk)
    {
        int position = layout.PositionOf(chunk);
        for (int block = 0; block < index.Blocks && position >= 0; block++)
        {
            if (index.ChunkLength(block, position) > 0)
            {
                return true;
            }
        }

        return false;
    }

    private int StoredLength(int block, ReadOnlySpan<bool> wanted)
    {
        int stored = 0;
        for (int position = 0; position < layout.Positions; position++)
        {
            stored += wanted[layout.ChunkAt(position)] ? index.ChunkLength(block, position) : 0;
        }

        return stored;
    }

    private void ReadRuns(int block, ReadOnlySpan<bool> wanted, byte[] scratch, ref IoCount io)
    {
        long offset = index.Offset(block);
        int at = 0;
        int run = 0;
        for (int position = 0; position <= layout.Positions; position++)
        {
            int length = position < layout.Positions ? index.ChunkLength(block, position) : 0;
            if (position < layout.Positions && (wanted[layout.ChunkAt(position)] || length == 0))
            {
                run += length;
                continue;
            }

            if (run > 0)
            {
                file.ReadExactly(offset, scratch.AsSpan(at, run));
                io = new IoCount(io.Reads + 1, io.Bytes + run);
            }

            offset += run + length;
            at += run;
            run = 0;
        }
    }

    private int VerifyAndMeasure(int block, ReadOnlySpan<bool> wanted, byte[] scratch, Span<ChunkSlice> chunks)
    {
        long offset = index.Offset(block);
        int at = 0;
        long total = 0;
        for (int position = 0; position < layout.Positions; position++)
        {
            int chunk = layout.ChunkAt(position);
            int stored = index.ChunkLength(block, position);
            if (wanted[chunk])
            {
                chunks[chunk] = stored == 0
                    ? AbsentChunk(chunk, offset)
                    : new ChunkSlice(null, 0, StoredChunk.Measure(file, offset, scratch.AsSpan(at, stored), index.Codec(block, position)));
                total += chunks[chunk].Length;
                at += stored;
            }

            offset += stored;
        }

        return total <= Array.MaxLength ? (int)total : throw file.Corrupt(index.Offset(block), $"chunks that decode to {total} bytes");
    }

    private void Decode(int block, ReadOnlySpan<bool> wanted, byte[] scratch, byte[] data, Span<ChunkSlice> chunks)
    {
        long offset = index.Offset(block);
        int from = 0;
        int to = 0;
        for (int position = 0; position < layout.Positions; position++)
        {
            int chunk = layout.ChunkAt(position);
            int stored = index.ChunkLength(block, position);
            if (wanted[chunk] && stored != 0)
            {
                Span<byte> target = data.AsSpan(to, chunks[chunk].Length);
                StoredChunk.Decode(file, offset, scratch.AsSpan(from, stored), index.Codec(block, position), layout.TypeOf(chunk),
                    index.Rows(block), target);
                chunks[chunk] = new ChunkSlice(data, to, target.Length);
                from += stored;
                to += target.Length;
            }

            offset += stored;
        }
    }

    private ChunkSlice AbsentChunk(int chunk, long offset) => chunk >= TableFormat.FirstColumnChunk
        ? ChunkSlice.Absent
        : throw file.Corrupt(offset, "a block without times or ids");
}
