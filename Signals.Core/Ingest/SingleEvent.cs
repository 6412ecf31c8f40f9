using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Signals.Core.Ingest;

namespace Signals;

/// <summary>
/// One event outside a batch: its identity, and for each column a state and the bytes of the value. Numbers are little-endian,
/// text is UTF-8, and the elements of a vector follow each other. For code that reads or writes other formats. Used by one thread
/// at a time. Records are reused, so a steady stream allocates nothing.
/// </summary>
public sealed class SingleEvent
{
    private EventCell[] _cells = [];
    private byte[] _bytes = new byte[1024];
    private int _length;
    private EventTypeSchema? _eventType;

    /// <summary>The type of the event, as set by <see cref="Begin"/>.</summary>
    public EventTypeSchema EventType =>
        _eventType ?? throw new InvalidOperationException($"The event has no type yet: call {nameof(Begin)} first.");

    /// <summary>The user of the event.</summary>
    public UserId User { get; set; }

    /// <summary>The event time, in milliseconds since 1970 UTC.</summary>
    public long TimeMs { get; set; }

    /// <summary>The number that distinguishes the event from others of the same user, type and time.</summary>
    public ulong Id { get; set; }

    /// <summary>The number of columns of the event type.</summary>
    public int CellCount => EventType.Columns.Count;

    /// <summary>The bytes of all values together.</summary>
    internal int ValueBytes => _length;

    /// <summary>Starts a new event and forgets the previous one. Every column is absent until it is set.</summary>
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

    /// <summary>Makes this record equal to <paramref name="other"/>.</summary>
    public void CopyFrom(SingleEvent other)
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

    /// <summary>
    /// Adds the event to a batch of its type. The batch's type may be the declared one or the one that the store resolved.
    /// </summary>
    /// <exception cref="ArgumentException">
    /// The batch's event type lacks a column that is set here, or has another type for it.
    /// </exception>
    public void AddTo(EventBatch batch)
    {
        ArgumentNullException.ThrowIfNull(batch);
        CopyFieldsTo(batch.Add(User, TimeMs, Id));
    }

    /// <summary>Sets the columns of a row to those of this event, if they are not absent here.</summary>
    internal void CopyFieldsTo(EventRow row)
    {
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

    /// <summary>The bytes of a column's value; empty when it has none.</summary>
    public ReadOnlySpan<byte> Bytes(int column) => _bytes.AsSpan(_cells[column].Start, _cells[column].Length);

    /// <summary>Sets the column to null.</summary>
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

    /// <summary>Sets text (as UTF-8), bytes, or the little-endian elements of a vector.</summary>
    /// <exception cref="ArgumentException">The length differs from that of the column's values.</exception>
    public void SetBytes(int column, ReadOnlySpan<byte> value) => value.CopyTo(Reserve(column, value.Length));

    /// <summary>
    /// Gives the column a value of <paramref name="length"/> bytes, which the caller writes into the returned span.
    /// </summary>
    /// <exception cref="ArgumentException">The length differs from that of the column's values.</exception>
    public Span<byte> Reserve(int column, int length)
    {
        ColumnType type = EventType.Columns[column].Type;
        if (!type.IsVariable && length != type.Width)
        {
            throw new ArgumentException(
                $"A value of column '{EventType.Columns[column].Name}', {type}, has {type.Width} bytes, not {length}.",
                nameof(length));
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
