using System.Buffers.Binary;
using System.Runtime.InteropServices;
using K4os.Compression.LZ4;
using Signals.Core.Columns;

namespace Signals.Storage.Tables;

/// <summary>
/// Encodes rows as the chunks of one block. One thread; allocates nothing in steady state. LZ4 is tried on narrow chunks; a column
/// on which it did not pay is left alone for a growing number of blocks, so incompressible columns cost next to nothing.
/// </summary>
internal sealed class BlockEncoder(TableLayout layout, ulong identity, bool compress)
{
    private const int MinCompressBytes = 256;
    private const int MaxWait = 31;

    private readonly int[] _waits = new int[layout.Chunks];
    private readonly int[] _backoffs = new int[layout.Chunks];
    private byte[] _plain = [];

    /// <summary>Appends a block of all rows to the output and its entries to the index.</summary>
    public void Encode(RowBuffer rows, TableOutput output, List<uint> index)
    {
        index.Add((uint)rows.Count);
        for (int position = 0; position < layout.Chunks; position++)
        {
            index.Add(EncodeChunk(layout.ChunkAt(position), rows, output));
        }
    }

    private uint EncodeChunk(int chunk, RowBuffer rows, TableOutput output)
    {
        ChunkPlan plan = chunk switch
        {
            TableFormat.TimesChunk => ColumnChunkWriter.Plan((ReadOnlySpan<long>)rows.Times),
            TableFormat.IdsChunk => ColumnChunkWriter.Plan((ReadOnlySpan<ulong>)rows.Ids),
            _ when IsDefault(chunk, rows) => default,
            _ => ColumnChunkWriter.Plan(ColumnOf(chunk, rows), 0, rows.Count, ChunkGoal.Size),
        };
        if (plan.Length == 0)
        {
            return 0;
        }

        long offset = output.Offset;
        Span<byte> target = output.Reserve(plan.Length + TableFormat.ChecksumLength);
        int payload = plan.Length;
        ChunkCodec codec = ChunkCodec.Plain;
        if (MayCompress(chunk, plan.Length))
        {
            Array.Resize(ref _plain, Math.Max(_plain.Length, plan.Length));
            Span<byte> plain = _plain.AsSpan(0, plan.Length);
            Write(chunk, rows, plan, plain);
            int compressed = Compress(plain, target);
            NoteCompression(chunk, compressed > 0);
            if (compressed > 0)
            {
                payload = compressed;
                codec = ChunkCodec.Lz4;
            }
            else
            {
                plain.CopyTo(target);
            }
        }
        else
        {
            Write(chunk, rows, plan, target[..plan.Length]);
        }

        uint checksum = TableFormat.Checksum(identity, offset, target[..payload]);
        BinaryPrimitives.WriteUInt32LittleEndian(target[payload..], checksum);
        int length = payload + TableFormat.ChecksumLength;
        if ((uint)length > TableFormat.ChunkLengthMask)
        {
            throw new InvalidOperationException($"A chunk of {length} bytes is longer than a table can hold.");
        }

        output.Commit(length);
        return (uint)length | (uint)codec << TableFormat.ChunkCodecShift;
    }

    // Columns, then the stamps that rows have of their own.
    private ColumnBuffer ColumnOf(int chunk, RowBuffer rows) =>
        chunk < layout.EndOfColumns ? rows.Columns[chunk - TableFormat.FirstColumnChunk]
        : chunk >= layout.CellStampsChunk(0) ? rows.Stamps.CellColumn(chunk - layout.CellStampsChunk(0))
        : chunk == layout.InsertedChunk ? rows.Stamps.InsertedColumn
        : rows.Stamps.RetractedColumn;

    // Stamps that are the run's own in every row of the block take no room.
    private bool IsDefault(int chunk, RowBuffer rows)
    {
        if (chunk < layout.EndOfColumns)
        {
            return false;
        }

        ulong common = chunk >= layout.CellStampsChunk(0) ? layout.Run.Stamp.Value
            : chunk == layout.InsertedChunk ? layout.Run.DefaultInserted
            : 0;
        return !MemoryMarshal.Cast<byte, ulong>(ColumnOf(chunk, rows).Values).ContainsAnyExcept(common);
    }

    private void Write(int chunk, RowBuffer rows, in ChunkPlan plan, Span<byte> target)
    {
        switch (chunk)
        {
            case TableFormat.TimesChunk:
                ColumnChunkWriter.Write((ReadOnlySpan<long>)rows.Times, plan, target);
                break;
            case TableFormat.IdsChunk:
                ColumnChunkWriter.Write((ReadOnlySpan<ulong>)rows.Ids, plan, target);
                break;
            default:
                ColumnChunkWriter.Write(ColumnOf(chunk, rows), plan, target);
                break;
        }
    }

    // Returns the payload's length, or 0 when it would not be 1.3 times smaller.
    private static int Compress(ReadOnlySpan<byte> plain, Span<byte> target)
    {
        int most = (int)(plain.Length * 10L / 13) - sizeof(uint);
        int length = LZ4Codec.Encode(plain, target.Slice(sizeof(uint), most));
        if (length <= 0)
        {
            return 0;
        }

        BinaryPrimitives.WriteInt32LittleEndian(target, plain.Length);
        return sizeof(uint) + length;
    }

    private bool MayCompress(int chunk, int length) =>
        compress && length >= MinCompressBytes && !TableLayout.IsWide(layout.TypeOf(chunk)) && --_waits[chunk] < 0;

    private void NoteCompression(int chunk, bool paid)
    {
        _backoffs[chunk] = paid ? 0 : Math.Min(MaxWait, 2 * _backoffs[chunk] + 1);
        _waits[chunk] = _backoffs[chunk];
    }
}
