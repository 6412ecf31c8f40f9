using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Signals.Core.Columns;
using Signals.Core.Schema;

namespace Signals.Core.Ingest;

/// <summary>
/// The event last added to a batch, to set its columns. One thread at a time; usable until the next event is added. A column
/// that is never set is absent; set twice, the last call counts; after a call that throws the column is absent.
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
    /// <exception cref="ArgumentException">The column is no scalar of this batch's event type.</exception>
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

    /// <summary>Sets a number or a boolean by name; look the column up once where this is called often.</summary>
    /// <exception cref="ArgumentException">There is no such column, or it holds another type.</exception>
    public EventRow Set<T>(string name, T value)
        where T : unmanaged => Set(_batch.EventType.Column<T>(name), value);

    /// <summary>Sets text, kept as UTF-8; unpaired surrogates become U+FFFD.</summary>
    /// <exception cref="ArgumentException">The column is none of this batch's event type.</exception>
    public EventRow Set(VariableColumn column, ReadOnlySpan<char> value)
    {
        Next(column.EventType, column.Index).AppendText(value);
        return this;
    }

    /// <summary>Sets text by name.</summary>
    /// <exception cref="ArgumentException">There is no such column, or it holds no text or bytes.</exception>
    public EventRow Set(string name, ReadOnlySpan<char> value) => Set(_batch.EventType.VariableColumn(name), value);

    /// <summary>Sets bytes, or text that is UTF-8 already; they are kept as they are, valid UTF-8 or not.</summary>
    /// <exception cref="ArgumentException">The column is none of this batch's event type.</exception>
    public EventRow SetBytes(VariableColumn column, ReadOnlySpan<byte> value)
    {
        Next(column.EventType, column.Index).AppendBytes(value);
        return this;
    }

    /// <summary>Sets bytes by name.</summary>
    /// <exception cref="ArgumentException">There is no such column, or it holds no text or bytes.</exception>
    public EventRow SetBytes(string name, ReadOnlySpan<byte> value) => SetBytes(_batch.EventType.VariableColumn(name), value);

    /// <summary>Sets a vector.</summary>
    /// <exception cref="ArgumentException">The column is none of this event type, or the dimensions differ.</exception>
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

    /// <summary>Says that the event has no value here, which overwrites what is absent.</summary>
    /// <exception cref="ArgumentException">The column is none of this batch's event type.</exception>
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

    /// <summary>Sets a column of this batch's own type to a copy of a row of the same type, with or without a value.</summary>
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

    /// <summary>Sets what an event record holds: null, or a value's bytes.</summary>
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

    // The column, holding exactly the rows before this one.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private ColumnBuffer Next(EventTypeSchema eventType, int index)
    {
        _batch.NoteChange();
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

    // A handle from another build of the same schema (as declared, say, where the store has its own) is found by name.
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

        throw new ArgumentException($"The column is none of event type '{own.Name}'.");
    }
}
