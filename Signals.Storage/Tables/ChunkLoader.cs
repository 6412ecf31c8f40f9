using System.Buffers;
using Signals.Core.Columns;

namespace Signals.Storage.Tables;

/// <summary>
/// Loads chunks of a block. Adjacent wanted chunks are read with one pread. Then checksums are verified, all chunks are
/// decompressed into one array of exact size, and their structure is checked. Thread contract: any thread; stateless.
/// </summary>
internal static class ChunkLoader
{
    /// <summary>Loads the wanted chunks.</summary>
    /// <param name="file">The file.</param>
    /// <param name="chunks">Where the chunks are in the file.</param>
    /// <param name="slices">Receives the slice of each wanted chunk, at its slot.</param>
    /// <param name="reuse">
    /// An array to decode into if it is large enough. Otherwise a new array of the exact size is allocated.
    /// </param>
    /// <param name="io">Counts the preads and their bytes.</param>
    /// <returns>The array behind the slices.</returns>
    /// <exception cref="CorruptionException">
    /// The file is too short, a checksum is wrong, or the bytes are not a valid chunk.
    /// </exception>
    public static byte[] Load<T>(TableFile file, in T chunks, Span<ChunkSlice> slices, byte[]? reuse, ref IoCount io)
        where T : struct, IStoredChunks, allows ref struct
    {
        int stored = 0;
        for (int position = 0; position < chunks.Count; position++)
        {
            stored += chunks.IsWanted(position) ? chunks.LengthOf(position) : 0;
        }

        byte[] scratch = ArrayPool<byte>.Shared.Rent(Math.Max(1, stored));
        try
        {
            ReadRuns(file, chunks, scratch, ref io);
            int length = Measure(file, chunks, scratch, slices);
            byte[] data = reuse?.Length >= length ? reuse : GC.AllocateUninitializedArray<byte>(length);
            Decode(file, chunks, scratch, data, slices);
            return data;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(scratch);
        }
    }

    private static void ReadRuns<T>(TableFile file, in T chunks, byte[] scratch, ref IoCount io)
        where T : struct, IStoredChunks, allows ref struct
    {
        long offset = chunks.Offset;
        int at = 0;
        int run = 0;
        for (int position = 0; position <= chunks.Count; position++)
        {
            int length = position < chunks.Count ? chunks.LengthOf(position) : 0;
            if (position < chunks.Count && (chunks.IsWanted(position) || length == 0))
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

    private static int Measure<T>(TableFile file, in T chunks, byte[] scratch, Span<ChunkSlice> slices)
        where T : struct, IStoredChunks, allows ref struct
    {
        long offset = chunks.Offset;
        int at = 0;
        long total = 0;
        long unpacked = 0;
        for (int position = 0; position < chunks.Count; position++)
        {
            int stored = chunks.LengthOf(position);
            if (chunks.IsWanted(position))
            {
                ChunkSlice slice = stored == 0
                    ? chunks.Missing(position, file, offset)
                    : new ChunkSlice(null, 0, StoredChunk.Measure(file, offset, scratch.AsSpan(at, stored), chunks.CodecOf(position)));
                slices[chunks.SlotOf(position)] = slice;
                total += slice.Length;
                unpacked += stored > 0 && chunks.CodecOf(position) == ChunkCodec.Lz4 ? slice.Length : 0;
                StoredChunk.RequireUnpacked(file, offset, unpacked);
                at += stored;
            }

            offset += stored;
        }

        return total <= Array.MaxLength
            ? (int)total
            : throw file.Corrupt(chunks.Offset, $"the chunks decode to {total} bytes, more than an array can hold");
    }

    private static void Decode<T>(TableFile file, in T chunks, byte[] scratch, byte[] data, Span<ChunkSlice> slices)
        where T : struct, IStoredChunks, allows ref struct
    {
        long offset = chunks.Offset;
        int from = 0;
        int to = 0;
        for (int position = 0; position < chunks.Count; position++)
        {
            int stored = chunks.LengthOf(position);
            if (chunks.IsWanted(position) && stored != 0)
            {
                ref ChunkSlice slice = ref slices[chunks.SlotOf(position)];
                Span<byte> target = data.AsSpan(to, slice.Length);
                StoredChunk.Decode(file, offset, scratch.AsSpan(from, stored), chunks.CodecOf(position), target);
                StoredChunk.Validate(file, offset, chunks.TypeOf(position), chunks.Rows, target);
                if (chunks.TypeOf(position) != chunks.ReadAs(position))
                {
                    ColumnChunk.Mark(target, chunks.TypeOf(position));
                }

                slice = new ChunkSlice(data, to, target.Length);
                from += stored;
                to += target.Length;
            }

            offset += stored;
        }
    }
}
