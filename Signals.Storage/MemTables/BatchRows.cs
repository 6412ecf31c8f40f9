using Signals.Core.Columns;
using Signals.Core.Ingest;
using Signals.Core.Model;
using Signals.Core.Schema;

namespace Signals.Storage.MemTables;

/// <summary>The rows of one batch record, decoded for the memtable: reused from record to record.</summary>
/// <remarks>Thread contract: the ingest thread alone. Allocates only when a record is larger than all before it.</remarks>
internal sealed class BatchRows
{
    private readonly byte[][] _values;
    private readonly byte[][] _states;
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

    /// <summary>Fixed-width values of a column, row after row; those of absent and null rows are zero.</summary>
    public ReadOnlySpan<byte> Values(int column) => _values[column];

    public ReadOnlySpan<byte> States(int column) => _states[column].AsSpan(0, Count);

    public ReadOnlySpan<byte> Variable(int column, int row) => _variable[column]!.GetValue(row);

    /// <summary>Decodes a validated record. Columns that the record was written without are absent in every row.</summary>
    public void Decode(in BatchRecordReader record)
    {
        int rows = record.Rows;
        Reserve(rows);
        Count = rows;
        record.CopyUsers(_high.AsSpan(0, rows), _low.AsSpan(0, rows));
        record.CopyTimes(_times.AsSpan(0, rows));
        record.CopyIds(_ids.AsSpan(0, rows));
        for (int i = 0; i < _values.Length; i++)
        {
            DecodeColumn(record, i, rows);
        }
    }

    private void DecodeColumn(in BatchRecordReader record, int column, int rows)
    {
        ColumnType type = EventType.Columns[column].Type;
        Span<byte> states = _states[column].AsSpan(0, rows);
        if (column >= record.ColumnCount)
        {
            states.Clear(); // ColumnState.Absent
            _values[column].AsSpan(0, rows * type.Width).Clear();
            _variable[column]?.Clear();
            _variable[column]?.AppendMissing(ColumnState.Absent, rows);
            return;
        }

        ColumnChunk chunk = record.Column(column);
        chunk.CopyStates(0, rows, states);
        if (_variable[column] is ColumnBuffer variable)
        {
            variable.Clear();
            chunk.AppendTo(variable, 0, rows);
        }
        else
        {
            chunk.CopyValues(0, rows, _values[column].AsSpan(0, rows * type.Width));
        }
    }

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
        for (int i = 0; i < _values.Length; i++)
        {
            _values[i] = new byte[(long)capacity * EventType.Columns[i].Type.Width];
            _states[i] = new byte[capacity];
        }
    }
}
