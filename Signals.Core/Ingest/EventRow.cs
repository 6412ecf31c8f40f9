using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Signals.Core.Columns;

namespace Signals;

/// <summary>
/// The event that was last added to a batch; use it to set the event's columns. Used by one thread at a time, until the next
/// event is added. A column that is never set is absent. When a column is set twice, the last call counts. A call that throws takes
/// the event out of its batch, so that no half of an event is appended.
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
            Append(buffer, (byte)(Unsafe.BitCast<T, byte>(value) == 0 ? 0 : 1));
        }
        else
        {
            Append(buffer, value);
        }

        return this;
    }

    /// <summary>Sets a number or a boolean by name. Where this is called often, look the column up once instead.</summary>
    /// <exception cref="ArgumentException">There is no such column, or it holds another type.</exception>
    public EventRow Set<T>(string name, T value)
        where T : unmanaged => Set(Find<T>(name), value);

    /// <summary>Sets a vector: an array or a span of its components.</summary>
    /// <exception cref="ArgumentException">The batch's event type has no such column, or the dimensions differ.</exception>
    public EventRow Set<T>(Column<T> column, ReadOnlySpan<T> value)
        where T : unmanaged => SetVector(column, value);

    /// <summary>Sets a vector by name: an array or a span of its components. Bytes may also go to a text or bytes column.</summary>
    /// <exception cref="ArgumentException">There is no such column, it holds another type, or the dimensions differ.</exception>
    public EventRow Set<T>(string name, ReadOnlySpan<T> value)
        where T : unmanaged => typeof(T) == typeof(byte)
            ? SetBytes(FindVariable(name), MemoryMarshal.AsBytes(value))
            : SetVector(Find<T>(name), value);

    /// <summary>Sets text. It is stored as UTF-8; unpaired surrogates become U+FFFD.</summary>
    /// <exception cref="ArgumentException">The batch's event type has no such column.</exception>
    public EventRow Set(VariableColumn column, ReadOnlySpan<char> value)
    {
        ColumnBuffer buffer = Next(column.EventType, column.Index);
        try
        {
            buffer.AppendText(value);
        }
        catch
        {
            TakeBack(); // whatever the error is
            throw;
        }

        return this;
    }

    /// <summary>Sets text by name.</summary>
    /// <exception cref="ArgumentException">There is no such column, or it does not hold text or bytes.</exception>
    public EventRow Set(string name, ReadOnlySpan<char> value) => Set(FindVariable(name), value);

    /// <summary>Sets bytes, or text that is UTF-8 already, like <see cref="SetBytes(VariableColumn, ReadOnlySpan{byte})"/>.</summary>
    /// <exception cref="ArgumentException">The batch's event type has no such column.</exception>
    public EventRow Set(VariableColumn column, ReadOnlySpan<byte> value) => SetBytes(column, value);

    /// <summary>
    /// Sets bytes, or text that is UTF-8 already. The bytes are stored as they are, whether they are valid UTF-8 or not.
    /// </summary>
    /// <exception cref="ArgumentException">The batch's event type has no such column.</exception>
    public EventRow SetBytes(VariableColumn column, ReadOnlySpan<byte> value)
    {
        AppendBytes(Next(column.EventType, column.Index), value);
        return this;
    }

    /// <summary>Sets bytes by name.</summary>
    /// <exception cref="ArgumentException">There is no such column, or it does not hold text or bytes.</exception>
    public EventRow SetBytes(string name, ReadOnlySpan<byte> value) => SetBytes(FindVariable(name), value);

    /// <summary>Sets a vector.</summary>
    /// <exception cref="ArgumentException">The batch's event type has no such column, or the dimensions differ.</exception>
    public EventRow SetVector<T>(Column<T> column, ReadOnlySpan<T> value)
        where T : unmanaged
    {
        AppendBytes(Next(column.EventType, column.Index), MemoryMarshal.AsBytes(value));
        return this;
    }

    /// <summary>Sets a vector by name.</summary>
    /// <exception cref="ArgumentException">There is no such column, it holds another type, or the dimensions differ.</exception>
    public EventRow SetVector<T>(string name, ReadOnlySpan<T> value)
        where T : unmanaged => SetVector(Find<T>(name), value);

    /// <summary>Sets the column to null. Null overwrites an absent value.</summary>
    /// <exception cref="ArgumentException">The batch's event type has no such column.</exception>
    public EventRow SetNull<T>(Column<T> column)
        where T : unmanaged
    {
        AppendMissing(Next(column.EventType, column.Index), ColumnState.Null);
        return this;
    }

    /// <inheritdoc cref="SetNull{T}(Column{T})"/>
    public EventRow SetNull(VariableColumn column)
    {
        AppendMissing(Next(column.EventType, column.Index), ColumnState.Null);
        return this;
    }

    /// <inheritdoc cref="SetNull{T}(Column{T})"/>
    public EventRow SetNull(string name)
    {
        AppendMissing(Next(_batch.EventType, _batch.EventType.IndexOf(name)), ColumnState.Null);
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
            AppendMissing(buffer, state);
        }
        else
        {
            AppendBytes(buffer, source.GetValue(row));
        }
    }

    /// <summary>Sets a column to what an event record holds: null, or the bytes of a value.</summary>
    internal void SetEncoded(EventTypeSchema eventType, int index, ColumnState state, ReadOnlySpan<byte> value)
    {
        ColumnBuffer column = Next(eventType, index);
        if (state == ColumnState.Null)
        {
            AppendMissing(column, ColumnState.Null);
        }
        else
        {
            AppendBytes(column, value);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Append<T>(ColumnBuffer buffer, T value)
        where T : unmanaged
    {
        if (!buffer.TryAppend(value))
        {
            AppendGrowing(buffer, value);
        }
    }

    private void AppendGrowing<T>(ColumnBuffer buffer, T value)
        where T : unmanaged
    {
        try
        {
            buffer.Append(value);
        }
        catch
        {
            TakeBack(); // whatever the error is
            throw;
        }
    }

    private void AppendBytes(ColumnBuffer buffer, ReadOnlySpan<byte> value)
    {
        try
        {
            if (buffer.Type.IsVariable)
            {
                buffer.AppendBytes(value);
            }
            else
            {
                buffer.AppendFixed(value);
            }
        }
        catch
        {
            TakeBack(); // whatever the error is
            throw;
        }
    }

    private void AppendMissing(ColumnBuffer buffer, ColumnState state)
    {
        try
        {
            buffer.AppendMissing(state);
        }
        catch
        {
            TakeBack(); // whatever the error is
            throw;
        }
    }

    private Column<T> Find<T>(string name)
        where T : unmanaged
    {
        try
        {
            return _batch.EventType.Column<T>(name);
        }
        catch
        {
            TakeBack(); // whatever the error is
            throw;
        }
    }

    private VariableColumn FindVariable(string name)
    {
        try
        {
            return _batch.EventType.VariableColumn(name);
        }
        catch
        {
            TakeBack(); // whatever the error is
            throw;
        }
    }

    /// <summary>Takes the event out of its batch, if it is still the last one.</summary>
    internal void TakeBack() => _batch.TakeBack(_row);

    /// <summary>
    /// The buffer of a column, after making sure that it holds exactly the rows before this one: append one row to it. A value that this
    /// row had is forgotten.
    /// </summary>
    internal ColumnBuffer Buffer(EventTypeSchema eventType, int index) => Next(eventType, index);

    // The buffer of the column, after making sure that it holds exactly the rows before this one.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private ColumnBuffer Next(EventTypeSchema eventType, int index)
    {
        _batch.CountChange();
        ReadOnlySpan<ColumnBuffer> columns = _batch.Rows.Columns;
        if (!ReferenceEquals(eventType, _batch.EventType) || (uint)index >= (uint)columns.Length)
        {
            index = TranslateOrTakeBack(eventType, index);
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
            throw new InvalidOperationException(
                "Only the event added last can be changed. An event for which a call failed is no longer in the batch: add it again.");
        }

        if (column.Count > _row)
        {
            column.RemoveLast();
            return;
        }

        try
        {
            column.AppendMissing(ColumnState.Absent, _row - column.Count);
        }
        catch
        {
            TakeBack(); // whatever the error is
            throw;
        }
    }

    private int TranslateOrTakeBack(EventTypeSchema? eventType, int index)
    {
        try
        {
            return Translate(eventType, index);
        }
        catch
        {
            TakeBack(); // whatever the error is
            throw;
        }
    }

    // A handle that was taken from another instance of the same schema (for example the declared one, while the batch has the
    // store's) is resolved by name.
    private int Translate(EventTypeSchema? eventType, int index) =>
        eventType is not null && _batch.IndexOf(eventType, index) is var here and >= 0
            ? here
            : throw new ArgumentException($"Event type '{_batch.EventType.Name}' has no column with the name and type of this one.");
}
