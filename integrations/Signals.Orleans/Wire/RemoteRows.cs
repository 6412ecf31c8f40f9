using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Signals.Serving;

namespace Signals.Orleans.Wire;

/// <summary>
/// The rows of an answer of another machine, as spans over the bytes that came. Everything is checked when it is made, so no access
/// can leave the bytes.
/// </summary>
/// <remarks>
/// Thread contract: one thread at a time. Lifetime: owns the payload; after dispose every member that gives a span throws.
/// </remarks>
internal sealed class RemoteRows : IDisposable
{
    private readonly ServedPayload _payload;
    private readonly RemoteColumn[] _columns;
    private readonly (string Name, long Watermark)[] _types;
    private readonly int _times;
    private readonly int _ids;
    private readonly int _eventTypes;

    private RemoteRows(ServedPayload payload)
    {
        PayloadReader reader = new(payload.Bytes, ServedColumnsFormat.KindRows);
        _payload = payload;
        Answer = reader.ReadAnswer();
        Status = reader.Status;
        NowMs = reader.NowMs;
        Count = reader.Rows;
        _types = new (string, long)[reader.Types];
        for (int i = 0; i < _types.Length; i++)
        {
            int entry = reader.TakeNamed(ServedColumnsFormat.TypeBytes, out string name);
            _types[i] = (name, BinaryPrimitives.ReadInt64LittleEndian(payload.Bytes[(entry + 8)..]));
        }

        _columns = new RemoteColumn[reader.Columns];
        for (int i = 0; i < _columns.Length; i++)
        {
            _columns[i] = ReadEntry(ref reader, payload.Bytes);
        }

        _times = reader.Take((long)Count * sizeof(long));
        _ids = reader.Take((long)Count * sizeof(ulong));
        _eventTypes = reader.Take((long)Count * sizeof(ushort));
        for (int i = 0; i < _columns.Length; i++)
        {
            _columns[i] = ReadColumn(ref reader, payload.Bytes, _columns[i], Count);
        }

        reader.RequireEnd();
        ColumnNames = Array.AsReadOnly(Array.ConvertAll(_columns, column => column.Name));
    }

    public ClusterAnswer Answer { get; }

    public ServingStatus Status { get; }

    public long NowMs { get; }

    public int Count { get; }

    public IReadOnlyList<string> ColumnNames { get; }

    public ReadOnlySpan<long> Times => Section<long>(_times, Count);

    public ReadOnlySpan<ulong> Ids => Section<ulong>(_ids, Count);

    public ReadOnlySpan<ushort> EventTypes => Section<ushort>(_eventTypes, Count);

    /// <summary>Takes the payload over, also when it is refused.</summary>
    /// <exception cref="ServedColumnsException">The bytes are no such answer.</exception>
    public static RemoteRows Read(ServedPayload payload)
    {
        try
        {
            return new RemoteRows(payload);
        }
        catch
        {
            payload.Dispose();
            throw;
        }
    }

    public ColumnType TypeOf(string column) => Find(column).Type;

    public ReadOnlySpan<T> Field<T>(string column)
        where T : unmanaged
    {
        RemoteColumn found = Find(column);
        return found.Type.Accepts<T>() ? Section<T>(found.Values, Count) : throw Unfit(found, typeof(T).Name);
    }

    public ReadOnlySpan<T> Vector<T>(string column)
        where T : unmanaged
    {
        RemoteColumn found = Find(column);
        return found.Type.AcceptsVector<T>()
            ? Section<T>(found.Values, Count * found.Type.Dimensions)
            : throw Unfit(found, typeof(T).Name);
    }

    public ReadOnlySpan<ColumnState> States(string column) => Section<ColumnState>(Find(column).States, Count);

    public ReadOnlySpan<byte> Bytes(string column, int row)
    {
        RemoteColumn found = Find(column);
        if (!found.Type.IsVariable)
        {
            throw Unfit(found, "text or bytes");
        }

        ReadOnlySpan<int> offsets = Section<int>(found.Offsets, Count + 1);
        return _payload.Bytes[(found.Values + offsets[row])..(found.Values + offsets[row + 1])];
    }

    public long Watermark(string eventType)
    {
        foreach ((string name, long watermark) in _types)
        {
            if (name == eventType)
            {
                return watermark;
            }
        }

        throw new ArgumentException(
            $"The answer has no watermark of the event type '{eventType}'; it has: {string.Join(", ", _types.Select(type => type.Name))}.",
            nameof(eventType));
    }

    public void Dispose() => _payload.Dispose();

    private static RemoteColumn ReadEntry(ref PayloadReader reader, ReadOnlySpan<byte> bytes)
    {
        int entry = reader.TakeNamed(ServedColumnsFormat.ColumnBytes, out string name);
        ColumnKind kind = (ColumnKind)bytes[entry];
        int dimensions = BinaryPrimitives.ReadInt32LittleEndian(bytes[(entry + 4)..]);
        long valueBytes = BinaryPrimitives.ReadInt64LittleEndian(bytes[(entry + 8)..]);
        PayloadReader.Require(valueBytes >= 0 && valueBytes <= bytes.Length, $"column '{name}' says that it has {valueBytes} bytes");
        try
        {
            return new RemoteColumn(name, ColumnType.FromKind(kind, dimensions), 0, 0, 0, (int)valueBytes);
        }
        catch (ArgumentOutOfRangeException)
        {
            throw PayloadReader.Bad($"column '{name}' is of kind {(byte)kind} with {dimensions} dimensions");
        }
    }

    private static RemoteColumn ReadColumn(ref PayloadReader reader, ReadOnlySpan<byte> bytes, RemoteColumn column, int rows)
    {
        int states = reader.Take(rows);
        PayloadReader.Require(
            !bytes.Slice(states, rows).ContainsAnyExceptInRange((byte)ColumnState.Absent, (byte)ColumnState.Value),
            $"column '{column.Name}' has a state that is none");
        if (!column.Type.IsVariable)
        {
            PayloadReader.Require(
                column.ValueBytes == (long)rows * column.Type.Width,
                $"column '{column.Name}' has {column.ValueBytes} bytes for {rows} rows of {column.Type.Width}");
            int values = reader.Take(column.ValueBytes);
            PayloadReader.Require(
                column.Type.Kind != ColumnKind.Boolean || !bytes.Slice(values, rows).ContainsAnyExceptInRange((byte)0, (byte)1),
                $"column '{column.Name}' has a boolean that is none");
            return column with { States = states, Values = values };
        }

        int offsets = reader.Take((rows + 1L) * sizeof(int));
        int last = 0;
        for (int row = 0; row <= rows; row++)
        {
            int offset = BinaryPrimitives.ReadInt32LittleEndian(bytes[(offsets + (row * sizeof(int)))..]);
            PayloadReader.Require(row == 0 ? offset == 0 : offset >= last, $"the offsets of column '{column.Name}' fall at row {row}");
            last = offset;
        }

        PayloadReader.Require(
            last == column.ValueBytes, $"the offsets of column '{column.Name}' end at {last}, its bytes at {column.ValueBytes}");
        return column with { States = states, Offsets = offsets, Values = reader.Take(column.ValueBytes) };
    }

    private ReadOnlySpan<T> Section<T>(int at, int count)
        where T : unmanaged => MemoryMarshal.Cast<byte, T>(_payload.Bytes[at..])[..count];

    private RemoteColumn Find(string column)
    {
        foreach (ref readonly RemoteColumn candidate in _columns.AsSpan())
        {
            if (candidate.Name == column)
            {
                return candidate;
            }
        }

        throw new ArgumentException(
            $"The answer has no column '{column}'; it has: {string.Join(", ", ColumnNames)}.", nameof(column));
    }

    private static ArgumentException Unfit(RemoteColumn column, string asked) =>
        new($"The column '{column.Name}' is {column.Type}; it cannot be read as {asked}.");
}
