using System.Buffers.Binary;
using System.Runtime.InteropServices;
using K4os.Compression.LZ4;
using Signals.Core.Columns;

namespace Signals.Storage.FeatureLog;

/// <summary>A decoded block: the columns of its sequences and of their rows. Immutable; any thread. Lives as long as somebody holds it.</summary>
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

    /// <summary>Decodes a block; every count and length is checked before anything is allocated from it.</summary>
    /// <exception cref="InvalidDataException">The bytes are no block.</exception>
    public static LoggedBlock Read(ReadOnlySpan<byte> entry, IReadOnlyList<LoggedDefinition> definitions)
    {
        Require(entry.Length >= FeatureLogFormat.BlockHeaderBytes, "is too short");
        int number = BinaryPrimitives.ReadInt32LittleEndian(entry[FeatureLogFormat.DefinitionOffset..]);
        int sequences = BinaryPrimitives.ReadInt32LittleEndian(entry[FeatureLogFormat.SequencesOffset..]);
        int rows = BinaryPrimitives.ReadInt32LittleEndian(entry[FeatureLogFormat.RowsOffset..]);
        Require((uint)number < (uint)definitions.Count, $"is of definition {number} of {definitions.Count}");
        Require(sequences is > 0 and <= FeatureLogFormat.MaxRows && rows is >= 0 and <= FeatureLogFormat.MaxRows, $"has {sequences} sequences and {rows} rows");
        LoggedDefinition definition = definitions[number];
        ColumnType[] types =
        [
            ColumnType.Scalar<ulong>(), ColumnType.Scalar<ulong>(), ColumnType.Scalar<long>(), ColumnType.Scalar<byte>(), ColumnType.Scalar<int>(),
            ColumnType.Scalar<long>(), ColumnType.Scalar<ulong>(), ColumnType.Scalar<ushort>(), .. definition.Types,
        ];
        Require(types.Sum(type => (long)type.Width) * Math.Max(rows, sequences) <= FeatureLogFormat.MaxFixedBytes, $"has more than {FeatureLogFormat.MaxFixedBytes} bytes");
        entry = entry[FeatureLogFormat.BlockHeaderBytes..];
        ColumnBuffer[] columns = new ColumnBuffer[types.Length];
        for (int i = 0; i < columns.Length; i++)
        {
            columns[i] = ReadChunk(ref entry, types[i], i < FeatureLogFormat.SequenceChunks ? sequences : rows);
        }

        Require(entry.IsEmpty, "goes on behind its chunks");
        return new LoggedBlock(definition, columns, Starts(columns[FeatureLogFormat.SequenceChunks - 1], rows));
    }

    /// <summary>A column of the sequences: user high, user low, as-of, status.</summary>
    public T Of<T>(int column, int sequence)
        where T : unmanaged => MemoryMarshal.Cast<byte, T>(_columns[column].Values)[sequence];

    /// <summary>Where the rows of a sequence begin and end.</summary>
    public (int Start, int End) RowsOf(int sequence) => (_starts[sequence], _starts[sequence + 1]);

    /// <summary>A column of the keys of all rows: time, id, event type.</summary>
    public ReadOnlySpan<T> Keys<T>(int key)
        where T : unmanaged => MemoryMarshal.Cast<byte, T>(_columns[FeatureLogFormat.SequenceChunks + key].Values);

    /// <summary>A column of the answer, of all rows; null when the definition has none of this name.</summary>
    public ColumnBuffer? Find(string name)
    {
        int index = Array.IndexOf(Definition.Columns, name);
        return index < 0 ? null : _columns[FeatureLogFormat.SequenceChunks + FeatureLogFormat.KeyChunks + index];
    }

    private static ColumnBuffer ReadChunk(ref ReadOnlySpan<byte> entry, ColumnType type, int rows)
    {
        Require(entry.Length >= FeatureLogFormat.ChunkHeaderBytes, "ends inside a chunk's header");
        uint packed = BinaryPrimitives.ReadUInt32LittleEndian(entry);
        uint length = packed & ~FeatureLogFormat.Lz4Bit;
        uint decoded = BinaryPrimitives.ReadUInt32LittleEndian(entry[sizeof(uint)..]);
        bool isPacked = (packed & FeatureLogFormat.Lz4Bit) != 0;
        entry = entry[FeatureLogFormat.ChunkHeaderBytes..];
        Require(length <= (uint)entry.Length, "ends inside a chunk");
        Require(isPacked ? decoded <= (long)length * FeatureLogFormat.MaxLz4Expansion && decoded <= Array.MaxLength : decoded == length, $"has a chunk of {length} bytes that says it is {decoded}");
        ReadOnlySpan<byte> stored = entry[..(int)length];
        entry = entry[(int)length..];
        ColumnBuffer column = new(type, Math.Max(1, Math.Min(rows, 1024)));
        if (decoded == 0)
        {
            column.AppendMissing(ColumnState.Absent, rows);
            return column;
        }

        ReadOnlySpan<byte> chunk = isPacked ? Unpack(stored, (int)decoded) : stored;
        ColumnChunk.Validate(type, chunk, rows);
        ColumnChunk.Open(type, chunk, rows).AppendTo(column, 0, rows);
        return column;
    }

    private static byte[] Unpack(ReadOnlySpan<byte> stored, int length)
    {
        byte[] plain = new byte[length];
        Require(LZ4Codec.Decode(stored, plain) == length, $"has LZ4 that does not decode to {length} bytes");
        return plain;
    }

    private static int[] Starts(ColumnBuffer lengths, int rows)
    {
        ReadOnlySpan<int> each = MemoryMarshal.Cast<byte, int>(lengths.Values);
        int[] starts = new int[each.Length + 1];
        for (int i = 0; i < each.Length; i++)
        {
            Require(each[i] >= 0 && each[i] <= rows - starts[i], $"has a sequence of {each[i]} rows beyond its {rows}");
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
