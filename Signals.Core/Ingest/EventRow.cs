using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Signals.Core.Columns;

namespace Signals;

/// <summary>
/// The event that was last added to a batch; use it to set the event's columns. Used by one thread at a time, until the next
/// event is added. A column that is never set is absent. When a column is set twice, the last call counts. After a call that
/// throws, the column is absent.
/// </summary>
public readonly ref struct EventRow
{
    private readonly EventBatch _batch;
    private readonly int _row;

    internal EventRow(EventBatch batch, int row)
    {
        _batch = batch;
        _row = row;
    }

    /// <summary>Sets a number or a boolean.</summary>
    /// <exception cref="ArgumentException">The batch's event type has no such scalar column.</exception>
    public EventRow Set<T>(Column<T> column, T value)
        where T : unmanaged
    {
        ColumnBuffer buffer = Next(column.EventType, column.Index);
        if (typeof(T) == typeof(bool))
        {
            buffer.Append((byte)(Unsafe.BitCast<T, byte>(value) == 0 ? 0 : 1));
        }
        else
        {
            buffer.Append(value);
        }

        return this;
    }

    /// <summary>Sets a number or a boolean by name. Where this is called often, look the column up once instead.</summary>
    /// <exception cref="ArgumentException">There is no such column, or it holds another type.</exception>
    public EventRow Set<T>(string name, T value)
        where T : unmanaged => Set(_batch.EventType.Column<T>(name), value);

    /// <summary>Sets text. It is stored as UTF-8; unpaired surrogates become U+FFFD.</summary>
    /// <exception cref="ArgumentException">The batch's event type has no such column.</exception>
    public EventRow Set(VariableColumn column, ReadOnlySpan<char> value)
    {
        Next(column.EventType, column.Index).AppendText(value);
        return this;
    }

    /// <summary>Sets text by name.</summary>
    /// <exception cref="ArgumentException">There is no such column, or it does not hold text or bytes.</exception>
    public EventRow Set(string name, ReadOnlySpan<char> value) => Set(_batch.EventType.VariableColumn(name), value);

    /// <summary>
    /// Sets bytes, or text that is UTF-8 already. The bytes are stored as they are, whether they are valid UTF-8 or not.
    /// </summary>
    /// <exception cref="ArgumentException">The batch's event type has no such column.</exception>
    public EventRow SetBytes(VariableColumn column, ReadOnlySpan<byte> value)
    {
        Next(column.EventType, column.Index).AppendBytes(value);
        return this;
    }

    /// <summary>Sets bytes by name.</summary>
    /// <exception cref="ArgumentException">There is no such column, or it does not hold text or bytes.</exception>
    public EventRow SetBytes(string name, ReadOnlySpan<byte> value) => SetBytes(_batch.EventType.VariableColumn(name), value);

    /// <summary>Sets a vector.</summary>
    /// <exception cref="ArgumentException">The batch's event type has no such column, or the dimensions differ.</exception>
    public EventRow SetVector<T>(Column<T> column, ReadOnlySpan<T> value)
        where T : unmanaged
    {
        Next(column.EventType, column.Index).AppendFixed(MemoryMarshal.AsBytes(value));
        return this;
    }

    /// <summary>Sets a vector by name.</summary>
    /// <exception cref="ArgumentException">There is no such column, it holds another type, or the dimensions differ.</exception>
    public EventRow SetVector<T>(string name, ReadOnlySpan<T> value)
        where T : unmanaged => SetVector(_batch.EventType.Column<T>(name), value);

    /// <summary>Sets the column to null. Null overwrites an absent value.</summary>
    /// <exception cref="ArgumentException">The batch's event type has no such column.</exception>
    public EventRow SetNull<T>(Column<T> column)
        where T : unmanaged
    {
        Next(column.EventType, column.Index).AppendMissing(ColumnState.Null);
        return this;
    }

    /// <inheritdoc cref="SetNull{T}(Column{T})"/>
    public EventRow SetNull(VariableColumn column)
    {
        Next(column.EventType, column.Index).AppendMissing(ColumnState.Null);
        return this;
    }

    /// <inheritdoc cref="SetNull{T}(Column{T})"/>
    public EventRow SetNull(string name)
    {
        Next(_batch.EventType, _batch.EventType.IndexOf(name)).AppendMissing(ColumnState.Null);
        return this;
    }

    /// <summary>
    /// Sets a column, given by its index in the batch's own event type, to a copy of a row of the same column type. The copied
    /// row may be absent or null.
    /// </summary>
    internal void Copy(int column, IColumnRows source, int row)
    {
        ColumnBuffer buffer = Next(_batch.EventType, column);
        ColumnState state = (ColumnState)source.RowStates[row];
        if (state != ColumnState.Value)
        {
            buffer.AppendMissing(state);
        }
        else if (buffer.Type.IsVariable)
        {
            buffer.AppendBytes(source.GetValue(row));
        }
        else
        {
            buffer.AppendFixed(source.GetValue(row));
        }
    }

    /// <summary>Sets a column to what an event record holds: null, or the bytes of a value.</summary>
    internal void SetEncoded(EventTypeSchema eventType, int index, ColumnState state, ReadOnlySpan<byte> value)
    {
        ColumnBuffer column = Next(eventType, index);
        if (state == ColumnState.Null)
        {
            column.AppendMissing(ColumnState.Null);
        }
        else if (column.Type.IsVariable)
        {
            column.AppendBytes(value);
        }
        else
        {
            column.AppendFixed(value);
        }
    }

    // The buffer of the column, after making sure that it holds exactly the rows before this one.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private ColumnBuffer Next(EventTypeSchema eventType, int index)
    {
        _batch.CountChange();
        ReadOnlySpan<ColumnBuffer> columns = _batch.Rows.Columns;
        if (!ReferenceEquals(eventType, _batch.EventType) || (uint)index >= (uint)columns.Length)
        {
            index = Translate(eventType, index);
        }

        ColumnBuffer column = columns[index];
        if (column.Count != _row || _row != _batch.Count - 1)
        {
            Align(column);
        }

        return column;
    }

    private void Align(ColumnBuffer column)
    {
        if (_row != _batch.Count - 1)
        {
            throw new InvalidOperationException("Only the event added last can be changed.");
        }

        if (column.Count > _row)
        {
            column.RemoveLast();
        }
        else
        {
            column.AppendMissing(ColumnState.Absent, _row - column.Count);
        }
    }

    // A handle that was taken from another instance of the same schema (for example the declared one, while the batch has the
    // store's) is resolved by name.
    private int Translate(EventTypeSchema? eventType, int index)
    {
        EventTypeSchema own = _batch.EventType;
        if (eventType is not null && eventType.Name == own.Name && (uint)index < (uint)eventType.Columns.Count)
        {
            ColumnSchema column = eventType.Columns[index];
            int here = own.IndexOf(column.Name);
            if (here >= 0 && own.Columns[here].Type == column.Type)
            {
                return here;
            }
        }

        throw new ArgumentException($"Event type '{own.Name}' has no column with the name and type of this one.");
    }
}
