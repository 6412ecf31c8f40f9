using System.Buffers;
using System.Runtime.CompilerServices;
using Signals.Core.Columns;
using Signals.Core.Model;

namespace Signals.Storage.Tables;

/// <summary>
/// Loads chunks of a block. Checksums are verified first, then chunks are decoded, and their structure is checked. A read of a user
/// reads adjacent wanted chunks with one pread and decodes all chunks into one array of exact size. A pass
/// (<see cref="BlockPass"/>) reads whole blocks, many at once, and leaves plain chunks where they were read. Thread contract: any
/// thread; stateless.
/// </summary>
internal static class ChunkLoader
{
    /// <summary>Loads the wanted chunks.</summary>
    /// <param name="file">The file.</param>
    /// <param name="chunks">Where the chunks are in the file.</param>
    /// <param name="slices">Receives the slice of each wanted chunk, at its slot.</param>
    /// <param name="pass">
    /// The pass that the block is read in; its memory holds the chunks until the next block. Null to decode into a new array.
    /// </param>
    /// <param name="io">Counts the preads and their bytes.</param>
    /// <returns>Bytes of the new array behind the slices; of a pass 0.</returns>
    /// <exception cref="CorruptionException">
    /// The file is too short, a checksum is wrong, or the bytes are not a valid chunk.
    /// </exception>
    [MethodImpl(Compile.InFull)]
    public static int Load<T>(TableFile file, in T chunks, Span<ChunkSlice> slices, BlockPass? pass, ref IoCount io)
        where T : struct, IStoredChunks, allows ref struct
    {
        int stored = 0;
        ScratchPlaces places = default;
        long offset = chunks.Place.Offset;
        for (int position = 0; position < chunks.Count; position++)
        {
            int length = chunks.LengthOf(position);
            if (chunks.IsWanted(position) && length > 0)
            {
                stored += length;
                places.Next(offset, length);
            }

            offset += length;
        }

        if (pass is not null && pass.TryTake(file, chunks.Place, stored, ref io, out ArraySegment<byte> block))
        {
            StoredBytes whole = new(block.Array!, block.Offset, IsWholeBlock: true);
            Decode(file, chunks, whole, pass.Decoded(Measure(file, chunks, whole, slices)), slices);
            return 0;
        }

        byte[] scratch = ArrayPool<byte>.Shared.Rent(Math.Max(1, places.Length));
        try
        {
            ReadRuns(file, chunks, scratch, ref io);
            StoredBytes wanted = new(scratch, 0, IsWholeBlock: false);
            int length = Measure(file, chunks, wanted, slices);
            byte[] data = pass?.Decoded(length) ?? GC.AllocateUninitializedArray<byte>(length);
            Decode(file, chunks, wanted, data, slices);
            return pass is null ? length : 0;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(scratch);
        }
    }

    private static void ReadRuns<T>(TableFile file, in T chunks, byte[] scratch, ref IoCount io)
        where T : struct, IStoredChunks, allows ref struct
    {
        ScratchPlaces places = default;
        long offset = chunks.Place.Offset;
        long start = 0; // of the run in the file
        int at = 0; // and in the scratch
        for (int position = 0; position < chunks.Count; position++)
        {
            int length = chunks.LengthOf(position);
            if (chunks.IsWanted(position) && length > 0)
            {
                int done = places.Length;
                if (!places.Next(offset, length))
                {
                    Read(file, start, scratch.AsSpan(at..done), ref io);
                    (start, at) = (offset, done);
                }
            }

            offset += length;
        }

        Read(file, start, scratch.AsSpan(at..places.Length), ref io);
    }

    private static void Read(TableFile file, long offset, Span<byte> run, ref IoCount io)
    {
        if (!run.IsEmpty)
        {
            file.ReadExactly(offset, run);
            io = new IoCount(io.Reads + 1, io.Bytes + run.Length);
        }
    }

    // Returns the bytes that decoding takes.
    [MethodImpl(Compile.InFull)]
    private static int Measure<T>(TableFile file, in T chunks, StoredBytes bytes, Span<ChunkSlice> slices)
        where T : struct, IStoredChunks, allows ref struct
    {
        ScratchPlaces places = default;
        long start = chunks.Place.Offset;
        long offset = start;
        long total = 0;
        long unpacked = 0;
        for (int position = 0; position < chunks.Count; position++)
        {
            int stored = chunks.LengthOf(position);
            if (chunks.IsWanted(position))
            {
                ChunkSlice slice = stored == 0
                    ? chunks.Missing(position, file, offset)
                    : new ChunkSlice(null, 0, StoredChunk.Measure(
                        file, offset, bytes.Of(ref places, offset, start, stored), chunks.CodecOf(position)));
                slices[chunks.SlotOf(position)] = slice;
                total += StaysInPlace(chunks, position, bytes) ? 0 : slice.Length;
                unpacked += stored > 0 && chunks.CodecOf(position) == ChunkCodec.Lz4 ? slice.Length : 0;
                StoredChunk.RequireUnpacked(file, offset, unpacked);
            }

            offset += stored;
        }

        return total <= Array.MaxLength
            ? (int)total
            : throw file.Corrupt(start, $"the chunks decode to {total} bytes, more than an array can hold");
    }

    [MethodImpl(Compile.InFull)]
    private static void Decode<T>(TableFile file, in T chunks, StoredBytes bytes, byte[] data, Span<ChunkSlice> slices)
        where T : struct, IStoredChunks, allows ref struct
    {
        ScratchPlaces places = default;
        long start = chunks.Place.Offset;
        long offset = start;
        int to = 0;
        for (int position = 0; position < chunks.Count; position++)
        {
            int stored = chunks.LengthOf(position);
            if (chunks.IsWanted(position) && stored != 0)
            {
                ref ChunkSlice slice = ref slices[chunks.SlotOf(position)];
                if (StaysInPlace(chunks, position, bytes))
                {
                    slice = new ChunkSlice(bytes.Array, bytes.Start + (int)(offset - start), slice.Length);
                    StoredChunk.Validate(file, offset, chunks.TypeOf(position), chunks.Rows, slice.Bytes);
                }
                else
                {
                    slice = new ChunkSlice(data, to, slice.Length);
                    Span<byte> target = data.AsSpan(to, slice.Length);
                    StoredChunk.Decode(file, offset, bytes.Of(ref places, offset, start, stored), chunks.CodecOf(position), target);
                    StoredChunk.Validate(file, offset, chunks.TypeOf(position), chunks.Rows, target);
                    Convert(chunks, position, target);
                    to += target.Length;
                }
            }

            offset += stored;
        }
    }

    private static void Convert<T>(in T chunks, int position, Span<byte> decoded)
        where T : struct, IStoredChunks, allows ref struct
    {
        if (chunks.TypeOf(position) != chunks.ReadAs(position))
        {
            ColumnChunk.Mark(decoded, chunks.TypeOf(position));
        }
    }

    // A chunk of a column that was widened is marked, and the bytes of the file must stay as their checksum knows them: the block may be
    // taken again.
    private static bool StaysInPlace<T>(in T chunks, int position, StoredBytes bytes)
        where T : struct, IStoredChunks, allows ref struct =>
        bytes.IsWholeBlock && chunks.CodecOf(position) == ChunkCodec.Plain && chunks.TypeOf(position) == chunks.ReadAs(position);

    /// <summary>The stored bytes of a block: of all its chunks, or of the wanted ones alone.</summary>
    private readonly record struct StoredBytes(byte[] Array, int Start, bool IsWholeBlock)
    {
        /// <summary>The bytes of the next wanted chunk.</summary>
        public ReadOnlySpan<byte> Of(ref ScratchPlaces places, long offset, long start, int length)
        {
            if (IsWholeBlock)
            {
                return Array.AsSpan(Start + (int)(offset - start), length);
            }

            places.Next(offset, length);
            return Array.AsSpan(places.Length - length, length);
        }
    }

    /// <summary>
    /// Where the wanted chunks of a block lie in the scratch: one after the other, with what lies between two of them if it is less than
    /// a page. To read that takes less time than a second pread, for which the device may be asked a second time.
    /// </summary>
    private struct ScratchPlaces
    {
        private const int PageBytes = 4096;

        private long _end;

        /// <summary>Bytes of the scratch so far.</summary>
        public int Length { get; private set; }

        /// <summary>Takes the next wanted chunk. Returns whether it is read together with the one before it.</summary>
        public bool Next(long offset, int length)
        {
            long gap = Length == 0 ? long.MaxValue : offset - _end;
            bool isTogether = gap < PageBytes;
            Length += length + (isTogether ? (int)gap : 0);
            _end = offset + length;
            return isTogether;
        }
    }
}
