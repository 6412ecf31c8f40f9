using System.Runtime.CompilerServices;
using Signals.Core.Columns;
using Signals.Core.Ingest;
using Signals.Core.Model;

namespace Signals.Storage.MemTables;

/// <summary>
/// A slice of the rows of one batch record, decoded for the memtable. It is reused from slice to slice and from record to record.
/// </summary>
/// <remarks>
/// Thread contract: the ingest thread alone. Allocates only when a slice is larger than all slices before it. The memory of a
/// slice is bounded, whatever the record and the schema contain: a column without a value in the whole record takes nothing, and
/// the wider the rows are, the fewer are decoded at once.
/// </remarks>
internal sealed class BatchRows
{
    /// <summary>The most rows of a slice.</summary>
    public const int MaxSliceRows = 4096;

    private const int SliceBytes = 1 << 20;

    private readonly byte[][] _values;
    private readonly byte[][] _states;
    private readonly bool[] _missing;
    private readonly ColumnBuffer?[] _variable;
    private ulong[] _high = [];
    private ulong[] _low = [];
    private long[] _times = [];
    private ulong[] _ids = [];

    public BatchRows(EventTypeSchema type)
    {
        EventType = type;
        int columns = type.Columns.Count;
        _values = new byte[columns][];
        _states = new byte[columns][];
        _missing = new bool[columns];
        _variable = new ColumnBuffer?[columns];
        for (int i = 0; i < columns; i++)
        {
            _values[i] = [];
            _states[i] = [];
            _variable[i] = type.Columns[i].Type.IsVariable ? new ColumnBuffer(type.Columns[i].Type) : null;
        }
    }

    public EventTypeSchema EventType { get; }

    public int Count { get; private set; }

    public ReadOnlySpan<long> Times => _times.AsSpan(0, Count);

    public ReadOnlySpan<ulong> Ids => _ids.AsSpan(0, Count);

    public UserId User(int row) => new(_high[row], _low[row]);

    /// <summary>Bytes of all buffers.</summary>
    public long HeldBytes => _values.Sum(values => (long)values.Length) + _states.Sum(states => (long)states.Length)
        + _variable.Sum(variable => variable?.HeldBytes ?? 0) + (4L * sizeof(long) * _times.Length);

    /// <summary>
    /// Whether a fixed-width column has no value in any row of the record. Its <see cref="Values"/> are meaningless then.
    /// </summary>
    public bool IsMissing(int column) => _missing[column];

    /// <summary>The fixed-width values of a column, row after row. The values of absent and null rows are zero.</summary>
    public ReadOnlySpan<byte> Values(int column) => _values[column];

    public ReadOnlySpan<byte> States(int column) => _states[column].AsSpan(0, Count);

    public ReadOnlySpan<byte> Variable(int column, int row) => _variable[column]!.GetValue(row);

    /// <summary>
    /// Decodes the next rows of a validated record, as many as fit a slice; <see cref="Count"/> tells how many. Columns that are
    /// not in the record are absent in every row.
    /// </summary>
    [MethodImpl(Compile.InFull)]
    public void Decode(in BatchRecordReader record, int firstRow = 0)
    {
        int rows = Math.Min(record.Rows - firstRow, RowsOfSlice(record));
        Reserve(rows);
        Count = rows;
        record.CopyUsers(firstRow, _high.AsSpan(0, rows), _low.AsSpan(0, rows));
        record.Times.CopyLongs(firstRow, rows, _times.AsSpan(0, rows));
        record.Ids.CopyULongs(firstRow, rows, _ids.AsSpan(0, rows));
        for (int i = 0; i < _values.Length; i++)
        {
            DecodeColumn(record.Column(i), i, firstRow, rows);
        }
    }

    private int RowsOfSlice(in BatchRecordReader record)
    {
        long width = 0;
        for (int i = 0; i < _values.Length; i++)
        {
            ColumnChunk chunk = record.Column(i);
            _missing[i] = _variable[i] is null && chunk.Encoding == ChunkEncoding.None;

            // A text that the record stores once for many rows is copied into each row of the slice.
            width += _missing[i] ? 0
                : _variable[i] is null ? EventType.Columns[i].Type.Width
                : chunk.Encoding is ChunkEncoding.Constant or ChunkEncoding.Dictionary ? chunk.Payload.Length : 0;
        }

        return (int)Math.Clamp(SliceBytes / Math.Max(1, width), 1, MaxSliceRows);
    }

    [MethodImpl(Compile.InFull)]
    private void DecodeColumn(in ColumnChunk chunk, int column, int firstRow, int rows)
    {
        chunk.CopyStates(firstRow, rows, _states[column].AsSpan(0, rows));
        if (_variable[column] is ColumnBuffer variable)
        {
            variable.Clear();
            chunk.AppendTo(variable, firstRow, rows);
        }
        else if (!_missing[column])
        {
            int bytes = rows * EventType.Columns[column].Type.Width;
            if (_values[column].Length < bytes)
            {
                _values[column] = new byte[bytes];
            }

            chunk.CopyValues(firstRow, rows, _values[column].AsSpan(0, bytes));
        }
    }

    [MethodImpl(Compile.InFull)]
    private void Reserve(int rows)
    {
        if (rows <= _times.Length)
        {
            return;
        }

        int capacity = (int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)Math.Max(rows, 256));
        _high = new ulong[capacity];
        _low = new ulong[capacity];
        _times = new long[capacity];
        _ids = new ulong[capacity];
        for (int i = 0; i < _states.Length; i++)
        {
            _states[i] = new byte[capacity];
        }
    }
}
