using System.Buffers.Binary;
using System.Runtime.InteropServices;
using K4os.Compression.LZ4;
using Signals.Core.Columns;
using Signals.Serving;

namespace Signals.Storage.FeatureLog;

/// <summary>
/// Collects sequences of one definition, then writes them as a block of columns. Each column is encoded on its own, and
/// compressed with LZ4 when that saves enough.
/// </summary>
/// <remarks>Thread contract: one thread at a time; reused.</remarks>
internal sealed class BlockBuilder
{
    private readonly int _definition;
    private readonly string[] _names;
    private readonly ColumnBuffer[] _columns;
    private byte[] _plain = [];
    private int _users;

    public BlockBuilder(int definition, LoggedDefinition logged)
    {
        _definition = definition;
        _names = logged.Columns;
        _columns =
        [
            new ColumnBuffer(ColumnType.Scalar<ulong>()), new ColumnBuffer(ColumnType.Scalar<ulong>()),
            new ColumnBuffer(ColumnType.Scalar<long>()),
            new ColumnBuffer(ColumnType.Scalar<byte>()), new ColumnBuffer(ColumnType.Scalar<int>()),
            new ColumnBuffer(ColumnType.Scalar<long>()), new ColumnBuffer(ColumnType.Scalar<ulong>()),
            new ColumnBuffer(ColumnType.Scalar<ushort>()),
            .. logged.Types.Select(type => new ColumnBuffer(type)),
        ];
    }

    public bool IsEmpty => _users == 0;

    /// <summary>Rows collected so far.</summary>
    public int Rows => _columns[FeatureLogFormat.SequenceChunks].Count;

    /// <summary>Bytes of the values collected so far.</summary>
    public long Bytes => _columns.Sum(column => (long)column.Values.Length);

    /// <summary>Bytes that the block takes when it is decoded, counted as the reader counts them.</summary>
    public long DecodedBytes => _columns.Sum(column => column.UsedBytes);

    /// <summary>How many bytes a sequence adds to <see cref="DecodedBytes"/>.</summary>
    public long BytesOf(in ServedSequence sequence)
    {
        long bytes = 0;
        for (int i = 0; i < _columns.Length; i++)
        {
            bytes += LoggedBlock.BytesOf(_columns[i].Type, i < FeatureLogFormat.SequenceChunks ? 1 : sequence.Count);
        }

        foreach (string name in _names)
        {
            IColumnRows column = sequence.Column(name);
            for (int row = 0; row < sequence.Count && column.Type.IsVariable; row++)
            {
                bytes += column.RowStates[row] == (byte)ColumnState.Value ? column.GetValue(row).Length : 0;
            }
        }

        return bytes;
    }

    public void Add(in ServedSequence sequence)
    {
        IColumnRows[] columns = new IColumnRows[_names.Length];
        for (int i = 0; i < columns.Length; i++)
        {
            columns[i] = sequence.Column(_names[i]);
        }

        Add(sequence.User, sequence.NowMs, sequence.Status, sequence.Times, sequence.Ids, sequence.EventTypes, columns);
    }

    /// <summary>Adds a sequence. Every column must have a row for each time.</summary>
    public void Add(
        in UserId user, long asOfMs, ServingStatus status,
        ReadOnlySpan<long> times, ReadOnlySpan<ulong> ids, ReadOnlySpan<ushort> eventTypes,
        ReadOnlySpan<IColumnRows> columns)
    {
        _users++;
        _columns[0].Append(user.High);
        _columns[1].Append(user.Low);
        _columns[2].Append(asOfMs);
        _columns[3].Append((byte)status);
        _columns[4].Append(times.Length);
        for (int row = 0; row < times.Length; row++)
        {
            _columns[5].Append(times[row]);
            _columns[6].Append(ids[row]);
            _columns[7].Append(eventTypes[row]);
        }

        for (int i = 0; i < columns.Length; i++)
        {
            Add(columns[i], times.Length, _columns[FeatureLogFormat.SequenceChunks + FeatureLogFormat.KeyChunks + i]);
        }
    }

    /// <summary>Returns the block and begins another.</summary>
    public byte[] Take()
    {
        List<byte[]> parts = [new byte[FeatureLogFormat.BlockHeaderBytes]];
        parts[0][FeatureLogFormat.KindOffset] = FeatureLogFormat.BlockKind;
        BinaryPrimitives.WriteInt32LittleEndian(parts[0].AsSpan(FeatureLogFormat.DefinitionOffset), _definition);
        BinaryPrimitives.WriteInt32LittleEndian(parts[0].AsSpan(FeatureLogFormat.SequencesOffset), _users);
        BinaryPrimitives.WriteInt32LittleEndian(parts[0].AsSpan(FeatureLogFormat.RowsOffset), Rows);
        foreach (ColumnBuffer column in _columns)
        {
            parts.Add(Chunk(column));
        }

        foreach (ColumnBuffer column in _columns)
        {
            column.Clear();
        }

        _users = 0;
        byte[] block = new byte[parts.Sum(part => part.Length)];
        int at = 0;
        foreach (byte[] part in parts)
        {
            part.CopyTo(block, at);
            at += part.Length;
        }

        return block;
    }

    private static void Add(IColumnRows source, int rows, ColumnBuffer destination)
    {
        ReadOnlySpan<ColumnState> states = MemoryMarshal.Cast<byte, ColumnState>(source.RowStates);
        for (int row = 0; row < rows; row++)
        {
            if (states[row] != ColumnState.Value)
            {
                destination.AppendMissing(states[row]);
            }
            else if (source.Type.IsVariable)
            {
                destination.AppendBytes(source.GetValue(row));
            }
            else
            {
                destination.AppendFixed(source.GetValue(row));
            }
        }
    }

    private byte[] Chunk(ColumnBuffer column)
    {
        if (column.Count == 0)
        {
            return new byte[FeatureLogFormat.ChunkHeaderBytes];
        }

        // A column in which every row is absent takes no bytes.
        ChunkDecision decision = ColumnChunkWriter.Plan(column, 0, column.Count, ChunkGoal.Size);
        Array.Resize(ref _plain, Math.Max(_plain.Length, decision.Length));
        Span<byte> plain = _plain.AsSpan(0, decision.Length);
        if (decision.Length > 0)
        {
            ColumnChunkWriter.Write(column, decision, plain);
        }

        byte[] packed = new byte[decision.Length];
        int length = decision.Length < 256 ? -1 : LZ4Codec.Encode(plain, packed.AsSpan(0, (int)(decision.Length * 10L / 13)));
        ReadOnlySpan<byte> stored = length > 0 ? packed.AsSpan(0, length) : plain;
        byte[] chunk = new byte[FeatureLogFormat.ChunkHeaderBytes + stored.Length];
        BinaryPrimitives.WriteUInt32LittleEndian(chunk, (uint)stored.Length | (length > 0 ? FeatureLogFormat.Lz4Bit : 0));
        BinaryPrimitives.WriteInt32LittleEndian(chunk.AsSpan(sizeof(uint)), decision.Length);
        stored.CopyTo(chunk.AsSpan(FeatureLogFormat.ChunkHeaderBytes));
        return chunk;
    }
}
