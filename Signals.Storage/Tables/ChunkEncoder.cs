using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using K4os.Compression.LZ4;
using Signals.Core.Columns;
using Signals.Core.Model;

namespace Signals.Storage.Tables;

/// <summary>
/// Writes chunks in their form on disk: encoded, compressed where that pays, with a checksum. LZ4 is tried on narrow chunks.
/// After it did not pay for a column, the column is skipped for a growing number of blocks, so that incompressible columns cost
/// next to nothing. Thread contract: one thread. Allocates nothing in steady state.
/// </summary>
/// <param name="chunks">The number of chunks of a block.</param>
/// <param name="identity">The number that every checksum includes.</param>
/// <param name="options">Whether LZ4 may be tried and whether numbers may be packed.</param>
/// <param name="memory">The memory of a chunk that is compressed. It outlives the encoder.</param>
internal sealed class ChunkEncoder(int chunks, ulong identity, TableOptions options, OwnedMemory memory)
{
    private const int MinCompressBytes = 256;
    private const int MaxWait = 31;

    private readonly ChunkGoal _goal = options.PackNumbers ? ChunkGoal.Size : ChunkGoal.WholeBytes;
    private readonly int[] _waits = new int[chunks];
    private readonly int[] _backoffs = new int[chunks];
    private BufferMemory<byte> _plain = new(memory, 0);
    private int _packed;

    /// <summary>Begins a new block: the chunks that follow belong to it.</summary>
    public void BeginBlock() => _packed = 0;

    /// <summary>Appends times and returns the index entry.</summary>
    [MethodImpl(Compile.InFull)]
    public uint Append(int chunk, ReadOnlySpan<long> times, TableOutput output)
    {
        ChunkDecision decision = ColumnChunkWriter.Plan(times, _goal);
        return Append(chunk, new Source(times), decision, options.Compress, output);
    }

    /// <summary>Appends ids and returns the index entry.</summary>
    [MethodImpl(Compile.InFull)]
    public uint Append(int chunk, ReadOnlySpan<ulong> ids, TableOutput output)
    {
        ChunkDecision decision = ColumnChunkWriter.Plan(ids, _goal);
        return Append(chunk, new Source(ids), decision, options.Compress, output);
    }

    /// <summary>
    /// Appends all rows of a column and returns the index entry. When every row is absent, it writes nothing and returns 0.
    /// </summary>
    [MethodImpl(Compile.InFull)]
    public uint Append(int chunk, ColumnBuffer rows, TableOutput output)
    {
        ChunkDecision decision = ColumnChunkWriter.Plan(rows, 0, rows.Count, _goal);
        return Append(chunk, new Source(rows), decision, options.Compress && !TableLayout.IsWide(rows.Type), output);
    }

    [MethodImpl(Compile.InFull)]
    private uint Append(int chunk, in Source rows, in ChunkDecision decision, bool mayCompress, TableOutput output)
    {
        if (decision.Length == 0)
        {
            return 0;
        }

        long offset = output.Offset;
        Span<byte> target = output.Reserve(decision.Length + TableFormat.ChecksumLength);
        int payload = decision.Length;
        ChunkCodec codec = ChunkCodec.Plain;
        if (mayCompress
            && decision.Length >= MinCompressBytes
            && decision.Length <= TableFormat.MaxUnpackedBytes - _packed
            && --_waits[chunk] < 0)
        {
            if (_plain.Length < decision.Length)
            {
                _plain.Resize(decision.Length);
            }

            Span<byte> plain = _plain.Span[..decision.Length];
            rows.Write(decision, plain);
            int compressed = Compress(plain, target);
            LearnCompression(chunk, compressed > 0);
            (payload, codec) = compressed > 0 ? (compressed, ChunkCodec.Lz4) : (payload, codec);
            _packed += compressed > 0 ? decision.Length : 0;
            if (compressed == 0)
            {
                plain.CopyTo(target);
            }
        }
        else
        {
            rows.Write(decision, target[..decision.Length]);
        }

        uint checksum = TableFormat.Checksum(identity, offset, target[..payload]);
        BinaryPrimitives.WriteUInt32LittleEndian(target[payload..], checksum);
        int length = payload + TableFormat.ChecksumLength;
        if ((uint)length > TableFormat.ChunkLengthMask)
        {
            throw new InvalidOperationException($"A chunk has {length} bytes; the format allows at most {TableFormat.ChunkLengthMask}.");
        }

        output.Commit(length);
        return (uint)length | (uint)codec << TableFormat.ChunkCodecShift;
    }

    // Returns the length of the payload, or 0 when it would not be at least 1.3 times smaller.
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

    private void LearnCompression(int chunk, bool paid)
    {
        _backoffs[chunk] = paid ? 0 : Math.Min(MaxWait, 2 * _backoffs[chunk] + 1);
        _waits[chunk] = _backoffs[chunk];
    }

    /// <summary>The values that a chunk is written from: a column, times, or ids.</summary>
    private readonly ref struct Source
    {
        private readonly ColumnBuffer? _rows;
        private readonly ReadOnlySpan<long> _times;
        private readonly ReadOnlySpan<ulong> _ids;

        public Source(ColumnBuffer rows) => _rows = rows;

        public Source(ReadOnlySpan<long> times) => _times = times;

        public Source(ReadOnlySpan<ulong> ids) => _ids = ids;

        public void Write(in ChunkDecision decision, Span<byte> target) =>
            _ = _rows is not null ? ColumnChunkWriter.Write(_rows, decision, target)
            : _times.IsEmpty ? ColumnChunkWriter.Write(_ids, decision, target)
            : ColumnChunkWriter.Write(_times, decision, target);
    }
}
