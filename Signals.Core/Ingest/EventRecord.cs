using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Signals.Core.Columns;
using Signals.Core.Model;
using Signals.Core.Schema;

namespace Signals.Core.Ingest;

/// <summary>
/// One event outside a batch: identity, and per column a state and the value's bytes (numbers little-endian, text UTF-8, vectors their
/// elements one after the other). For readers and writers of other formats. One thread; reused, so that a steady stream allocates nothing.
/// </summary>
public sealed class EventRecord
{
    private EventCell[] _cells = [];
    private byte[] _bytes = new byte[1024];
    private int _length;
    private EventTypeSchema? _eventType;

    /// <summary>What kind of event it is; set by <see cref="Begin"/>.</summary>
    public EventTypeSchema EventType =>
        _eventType ?? throw new InvalidOperationException($"{nameof(Begin)} was not called.");

    /// <summary>Who did it.</summary>
    public UserId User { get; set; }

    /// <summary>When, in milliseconds since 1970 UTC.</summary>
    public long TimeMs { get; set; }

    /// <summary>What tells it from other events of the same user, type and time.</summary>
    public ulong Id { get; set; }

    /// <summary>Number of columns of the event type.</summary>
    public int CellCount => EventType.Columns.Count;

    /// <summary>Bytes of all values together.</summary>
    internal int ValueBytes => _length;

    /// <summary>Forgets the previous event; every column is absent until set.</summary>
    public void Begin(EventTypeSchema eventType)
    {
        ArgumentNullException.ThrowIfNull(eventType);
        _eventType = eventType;
        _length = 0;
        if (_cells.Length < eventType.Columns.Count)
        {
            _cells = new EventCell[eventType.Columns.Count];
        }
        _cells.AsSpan(0, eventType.Columns.Count).Clear();
    }

    /// <summary>Becomes equal to <paramref name="other"/>.</summary>
    public void CopyFrom(EventRecord other)
    {
        ArgumentNullException.ThrowIfNull(other);
        Begin(other.EventType);
        (User, TimeMs, Id) = (other.User, other.TimeMs, other.Id);
        other._cells.AsSpan(0, CellCount).CopyTo(_cells);
        if (_bytes.Length < other._length)
        {
            _bytes = new byte[other._bytes.Length];
        }
        other._bytes.AsSpan(0, other._length).CopyTo(_bytes);
        _length = other._length;
    }

    /// <summary>Adds the event to a batch of its type, as declared or as the store has it.</summary>
    /// <exception cref="ArgumentException">The batch's event type lacks a column that is set here, or has another type for it.</exception>
    public void AddTo(EventBatch batch)
    {
        ArgumentNullException.ThrowIfNull(batch);
        EventRow row = batch.Add(User, TimeMs, Id);
        for (int column = 0; column < CellCount; column++)
        {
            if (State(column) != ColumnState.Absent)
            {
                row.SetEncoded(EventType, column, State(column), Bytes(column));
            }
        }
    }

    /// <summary>Whether column <paramref name="column"/> is absent, null or a value.</summary>
    public ColumnState State(int column) => _cells[column].State;

    /// <summary>Bytes of a column's value; empty when it has none.</summary>
    public ReadOnlySpan<byte> Bytes(int column) => _bytes.AsSpan(_cells[column].Start, _cells[column].Length);

    /// <summary>Says that the column is explicitly nothing.</summary>
    public void SetNull(int column) => _cells[column] = new EventCell(ColumnState.Null, 0, 0);

    /// <summary>Sets a number or a boolean.</summary>
    /// <exception cref="ArgumentException"><typeparamref name="T"/> is not the column's own type.</exception>
    public void Set<T>(int column, T value)
        where T : unmanaged
    {
        ColumnType type = EventType.Columns[column].Type;
        if (!type.Accepts<T>())
        {
            throw new ArgumentException($"Column '{EventType.Columns[column].Name}' holds {type}, not {typeof(T).Name}.", nameof(value));
        }

        Span<byte> bytes = Reserve(column, type.Width);
        if (typeof(T) == typeof(bool))
        {
            bytes[0] = (byte)(Unsafe.BitCast<T, byte>(value) == 0 ? 0 : 1);
            return;
        }

        MemoryMarshal.Write(bytes, value);
        if (!BitConverter.IsLittleEndian)
        {
            bytes.Reverse();
        }
    }

    /// <summary>Sets text (as UTF-8), bytes, or a vector's little-endian elements.</summary>
    /// <exception cref="ArgumentException">The column's values have another length.</exception>
    public void SetBytes(int column, ReadOnlySpan<byte> value) => value.CopyTo(Reserve(column, value.Length));

    /// <summary>Marks the column as a value of <paramref name="length"/> bytes that the caller writes.</summary>
    /// <exception cref="ArgumentException">The column's values have another length.</exception>
    public Span<byte> Reserve(int column, int length)
    {
        ColumnType type = EventType.Columns[column].Type;
        if (!type.IsVariable && length != type.Width)
        {
            throw new ArgumentException($"A value of column '{EventType.Columns[column].Name}', {type}, has {type.Width} bytes, not {length}.", nameof(length));
        }

        if (length > _bytes.Length - _length)
        {
            Array.Resize(ref _bytes, Math.Max(_bytes.Length * 2, _length + length));
        }
        _cells[column] = new EventCell(ColumnState.Value, _length, length);
        _length += length;
        return _bytes.AsSpan(_length - length, length);
    }
}
