using System.Buffers.Binary;
using System.Runtime.InteropServices;
using K4os.Compression.LZ4;
using Signals.Core.Columns;

namespace Signals.Storage.FeatureLog;

/// <summary>
/// A decoded block: the columns of its sequences and of their rows. Immutable; any thread. Lifetime: as long as something refers
/// to it.
/// </summary>
internal sealed class LoggedBlock
{
    private readonly ColumnBuffer[] _columns;
    private readonly int[] _starts;

    private LoggedBlock(LoggedDefinition definition, ColumnBuffer[] columns, int[] starts)
    {
        Definition = definition;
        _columns = columns;
        _starts = starts;
    }

    public LoggedDefinition Definition { get; }

    /// <summary>How many sequences.</summary>
    public int Count => _starts.Length - 1;

    /// <summary>Decodes a block. Every count and length is checked before memory is allocated for it.</summary>
    /// <exception cref="InvalidDataException">The bytes are not a block.</exception>
    public static LoggedBlock Read(
        ReadOnlySpan<byte> entry, IReadOnlyList<LoggedDefinition> definitions, long mostBytes = FeatureLogFormat.MaxBlockBytes)
    {
        Require(entry.Length >= FeatureLogFormat.BlockHeaderBytes, "is too short");
        int number = BinaryPrimitives.ReadInt32LittleEndian(entry[FeatureLogFormat.DefinitionOffset..]);
        int sequences = BinaryPrimitives.ReadInt32LittleEndian(entry[FeatureLogFormat.SequencesOffset..]);
        int rows = BinaryPrimitives.ReadInt32LittleEndian(entry[FeatureLogFormat.RowsOffset..]);
        Require((uint)number < (uint)definitions.Count, $"is of definition {number} of {definitions.Count}");
        Require(
            sequences is > 0 and <= FeatureLogFormat.MaxRows && rows is >= 0 and <= FeatureLogFormat.MaxRows,
            $"has {sequences} sequences and {rows} rows");
        LoggedDefinition definition = definitions[number];
        ColumnType[] types =
        [
            ColumnType.Scalar<ulong>(), ColumnType.Scalar<ulong>(), ColumnType.Scalar<long>(),
            ColumnType.Scalar<byte>(), ColumnType.Scalar<int>(),
            ColumnType.Scalar<long>(), ColumnType.Scalar<ulong>(), ColumnType.Scalar<ushort>(), .. definition.Types,
        ];
        long room = mostBytes;
        for (int i = 0; i < types.Length; i++)
        {
            room -= BytesOf(types[i], i < FeatureLogFormat.SequenceChunks ? sequences : rows);
        }

        Require(room >= 0, $"decodes to more than {mostBytes} bytes");
        entry = entry[FeatureLogFormat.BlockHeaderBytes..];
        byte[] scratch = new byte[LargestPacked(entry, types.Length, mostBytes)];
        ColumnBuffer[] columns = new ColumnBuffer[types.Length];
        for (int i = 0; i < columns.Length; i++)
        {
            columns[i] = ReadChunk(ref entry, types[i], i < FeatureLogFormat.SequenceChunks ? sequences : rows, scratch, ref room);
        }

        Require(entry.IsEmpty, "has bytes after its chunks");
        return new LoggedBlock(definition, columns, Starts(columns[FeatureLogFormat.SequenceChunks - 1], rows));
    }

    /// <summary>Bytes of so many decoded rows, without the bytes of texts.</summary>
    public static long BytesOf(ColumnType type, int rows) => (long)rows * (sizeof(byte) + (type.IsVariable ? sizeof(int) : type.Width));

    /// <summary>A value of a sequence, from one of the columns user high, user low, as-of, status.</summary>
    public T Get<T>(int column, int sequence)
        where T : unmanaged => MemoryMarshal.Cast<byte, T>(_columns[column].Values)[sequence];

    /// <summary>The first row of a sequence, and the row after its last.</summary>
    public (int Start, int End) RowsOf(int sequence) => (_starts[sequence], _starts[sequence + 1]);

    /// <summary>A key column of all rows: time, id or event type.</summary>
    public ReadOnlySpan<T> Keys<T>(int key)
        where T : unmanaged => MemoryMarshal.Cast<byte, T>(_columns[FeatureLogFormat.SequenceChunks + key].Values);

    /// <summary>An output column of all rows; null when the definition has no column of this name.</summary>
    public ColumnBuffer? Find(string name)
    {
        int index = Array.IndexOf(Definition.Columns, name);
        return index < 0 ? null : _columns[FeatureLogFormat.SequenceChunks + FeatureLogFormat.KeyChunks + index];
    }

    private static ColumnBuffer ReadChunk(ref ReadOnlySpan<byte> entry, ColumnType type, int rows, Span<byte> scratch, ref long room)
    {
        ReadOnlySpan<byte> chunk = TakeChunk(ref entry, out int decoded, out bool isPacked);
        ColumnBuffer column = new(type, 1);
        if (decoded == 0)
        {
            column.MakeRoom(rows, 0);
            column.AppendMissing(ColumnState.Absent, rows);
            return column;
        }

        chunk = isPacked ? Unpack(chunk, scratch[..decoded]) : chunk;
        ColumnChunk.Validate(type, chunk, rows);
        ColumnChunk open = ColumnChunk.Open(type, chunk, rows);
        long bytes = type.IsVariable ? open.CountBytes(0, rows) : 0;
        room -= bytes;
        Require(room >= 0, "has more bytes of texts than a block may hold");
        column.MakeRoom(rows, (int)bytes);
        open.AppendTo(column, 0, rows);
        return column;
    }

    private static ReadOnlySpan<byte> TakeChunk(ref ReadOnlySpan<byte> entry, out int decoded, out bool isPacked)
    {
        Require(entry.Length >= FeatureLogFormat.ChunkHeaderBytes, "ends inside a chunk's header");
        uint packed = BinaryPrimitives.ReadUInt32LittleEndian(entry);
        uint length = packed & ~FeatureLogFormat.Lz4Bit;
        uint says = BinaryPrimitives.ReadUInt32LittleEndian(entry[sizeof(uint)..]);
        isPacked = (packed & FeatureLogFormat.Lz4Bit) != 0;
        entry = entry[FeatureLogFormat.ChunkHeaderBytes..];
        Require(length <= (uint)entry.Length, "ends inside a chunk");
        Require(
            isPacked
                ? says <= (long)length * FeatureLogFormat.MaxLz4Expansion && says <= Array.MaxLength
                : says == length,
            $"has a chunk of {length} bytes that claims to decode to {says}");
        decoded = (int)says;
        ReadOnlySpan<byte> chunk = entry[..(int)length];
        entry = entry[(int)length..];
        return chunk;
    }

    // The size of one array that serves all compressed chunks: each chunk is decoded into it and copied out before the next.
    private static int LargestPacked(ReadOnlySpan<byte> entry, int chunks, long mostBytes)
    {
        int largest = 0;
        for (int i = 0; i < chunks; i++)
        {
            TakeChunk(ref entry, out int decoded, out bool isPacked);
            Require(decoded <= mostBytes, $"has a chunk of {decoded} bytes, more than {mostBytes}");
            largest = isPacked ? Math.Max(largest, decoded) : largest;
        }

        return largest;
    }

    private static ReadOnlySpan<byte> Unpack(ReadOnlySpan<byte> stored, Span<byte> plain)
    {
        Require(LZ4Codec.Decode(stored, plain) == plain.Length, $"has LZ4 that does not decode to {plain.Length} bytes");
        return plain;
    }

    private static int[] Starts(ColumnBuffer lengths, int rows)
    {
        ReadOnlySpan<int> each = MemoryMarshal.Cast<byte, int>(lengths.Values);
        int[] starts = new int[each.Length + 1];
        for (int i = 0; i < each.Length; i++)
        {
            Require(each[i] >= 0 && each[i] <= rows - starts[i], $"has a sequence of {each[i]} rows, more than are left of its {rows}");
            starts[i + 1] = starts[i] + each[i];
        }

        Require(starts[^1] == rows, $"has sequences of {starts[^1]} rows, and {rows} rows");
        return starts;
    }

    private static void Require(bool holds, string otherwise)
    {
        if (!holds)
        {
            throw new InvalidDataException($"A block of the log {otherwise}.");
        }
    }
}
