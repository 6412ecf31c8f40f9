using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;
using Signals.Core.Model;

namespace Signals.Core.Columns;

/// <summary>
/// A column under construction. Used by one thread at a time. Fixed rows lie at <c>row * Width</c>. Variable rows lie one after
/// the other in a heap, and row i ends at <c>Ends[i]</c>. The bytes of a fixed row without a value are zero; a variable row
/// without a value has no bytes. Fixed rows have no bytes until the first of them has a value, so a column that is never set
/// takes one byte per row, however wide it is. Buffers are meant to be reused: <see cref="Clear"/> keeps the arrays, so the
/// steady state allocates nothing. The buffers of background work lie in its <see cref="OwnedMemory"/> and live no longer.
/// Spans handed out are valid until the next append.
/// </summary>
internal sealed partial class ColumnBuffer : IColumnRows
{
    // Wide vectors get memory as rows arrive: room for a batch of 256 of them would take megabytes before the first row.
    private const int MaxInitialBytes = 64 * 1024;
    private const int TypicalVariableBytes = 16;
    private const int FirstNativeRows = 64; // native memory is taken with the first row

    private readonly int _width;
    private readonly OwnedMemory? _memory;
    private BufferMemory<byte> _values;
    private BufferMemory<byte> _states;
    private BufferMemory<int> _ends;
    private int _count;
    private int _room; // fixed rows that _values has bytes for; 0 while no row has a value
    private byte[]? _zeros;
    private DictionaryBuilder? _dictionary;

    /// <summary>Creates an empty column.</summary>
    /// <param name="type">The type of every row.</param>
    /// <param name="capacity">The number of rows to make room for, unless the memory is native.</param>
    /// <param name="memory">The native memory that the rows are kept in; null for arrays.</param>
    public ColumnBuffer(ColumnType type, int capacity = 64, OwnedMemory? memory = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(capacity, 1);
        ArgumentOutOfRangeException.ThrowIfEqual((int)type.Kind, 0);
        Type = type;
        _width = type.Width;
        int bytesPerRow = type.IsVariable ? TypicalVariableBytes : _width;
        capacity = Math.Clamp(MaxInitialBytes / bytesPerRow, 1, capacity);
        _memory = memory;
        _values = new BufferMemory<byte>(memory, type.IsVariable ? capacity * bytesPerRow : 0);
        _states = new BufferMemory<byte>(memory, capacity);
        _ends = type.IsVariable ? new BufferMemory<int>(memory, capacity) : new BufferMemory<int>(null, 0);
    }

    /// <summary>The type of every row.</summary>
    public ColumnType Type { get; }

    /// <summary>The number of rows held.</summary>
    public int Count => _count;

    /// <summary>True when no row is absent or null.</summary>
    public bool AllValues => !States.ContainsAnyExcept((byte)ColumnState.Value);

    /// <summary>The fixed rows, <c>Count * Width</c> bytes. For a variable column: the bytes of all rows.</summary>
    public Span<byte> Values
    {
        get
        {
            GiveBytes();
            return _values.Span.Slice(0, ByteCount);
        }
    }

    /// <summary>One <see cref="ColumnState"/> per row.</summary>
    public Span<byte> States => _states.Span.Slice(0, _count);

    /// <summary>For variable columns only: where each row ends in <see cref="Values"/>.</summary>
    public ReadOnlySpan<int> Ends => _ends.Span.Slice(0, Type.IsVariable ? _count : 0);

    ReadOnlySpan<byte> IColumnRows.RowStates => States;

    ReadOnlySpan<byte> IColumnRows.FixedRows => Values;

    /// <summary>The bytes that the rows take, without spare room.</summary>
    internal long UsedBytes => ByteCount + (long)_count * (Type.IsVariable ? sizeof(byte) + sizeof(int) : sizeof(byte));

    /// <summary>The bytes of all arrays, spare room included.</summary>
    internal long HeldBytes => _values.Length + _states.Length + sizeof(int) * (long)_ends.Length;

    /// <summary>False for fixed rows as long as none of them has a value: they take no bytes yet.</summary>
    internal bool HasBytes => Type.IsVariable || _room > 0;

    /// <summary>Scratch memory of the chunk writer. It is kept here so that planning does not allocate it again.</summary>
    internal DictionaryBuilder Dictionary => _dictionary ??= new DictionaryBuilder(_memory);

    private bool HasFixedBytes => _room > 0;

    private int ByteCount => Type.IsVariable ? EndOf(_count) : _room == 0 ? 0 : _count * _width;

    /// <summary>Appends one scalar.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Append<T>(T value)
        where T : unmanaged
    {
        if (!TryAppend(value))
        {
            AppendGrowing(value);
        }
    }

    /// <summary>Appends one scalar if it is as wide as a row and there is room for it; changes nothing otherwise.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TryAppend<T>(T value)
        where T : unmanaged
    {
        int row = _count;
        if (Unsafe.SizeOf<T>() != _width || (uint)row >= (uint)_room)
        {
            return false;
        }

        _states.Span[row] = (byte)ColumnState.Value;
        MemoryMarshal.Write(_values.Span[(row * Unsafe.SizeOf<T>())..], in value);
        _count = row + 1;
        return true;
    }

    /// <summary>Appends one fixed row of <c>Width</c> bytes.</summary>
    public void AppendFixed(ReadOnlySpan<byte> value)
    {
        RequireWidth(value.Length);
        value.CopyTo(AppendFixedRows(1));
    }

    /// <summary>Appends <paramref name="rows"/> fixed rows that have values; the caller writes the returned bytes.</summary>
    [MethodImpl(Compile.InFull)]
    public Span<byte> AppendFixedRows(int rows)
    {
        RequireFixed();
        GiveBytes();
        int first = Extend(rows, ColumnState.Value);
        return _values.Span.Slice(first * _width, rows * _width);
    }

    /// <summary>Appends one variable row.</summary>
    public void AppendBytes(ReadOnlySpan<byte> value)
    {
        value.CopyTo(Reserve(value.Length));
        Publish(value.Length);
    }

    /// <summary>Appends one variable row as UTF-8; unpaired surrogates become U+FFFD.</summary>
    public void AppendText(ReadOnlySpan<char> value)
    {
        Span<byte> room = Reserve(Encoding.UTF8.GetMaxByteCount(value.Length));
        Publish(Encoding.UTF8.GetBytes(value, room));
    }

    /// <summary>Appends rows without a value.</summary>
    [MethodImpl(Compile.InFull)]
    public void AppendMissing(ColumnState state, int rows = 1)
    {
        Debug.Assert(state != ColumnState.Value, "a row with a value comes with its bytes");
        int first = Extend(rows, state);
        if (Type.IsVariable)
        {
            _ends.Span.Slice(first, rows).Fill(EndOf(first));
        }
        else if (HasBytes)
        {
            _values.Span.Slice(first * _width, rows * _width).Clear();
        }
    }

    /// <summary>The bytes of a row. A fixed row without a value gives zeros, a variable one gives nothing.</summary>
    [MethodImpl(Compile.InFull)]
    public ReadOnlySpan<byte> GetValue(int row)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)row, (uint)_count, nameof(row));
        return Type.IsVariable ? _values.Span.Slice(EndOf(row), _ends.Span[row] - EndOf(row))
            : HasBytes ? _values.Span.Slice(row * _width, _width)
            : (_zeros ??= new byte[_width]);
    }

    /// <summary>The state of a row.</summary>
    public ColumnState GetState(int row) => (ColumnState)States[row];

    /// <summary>Appends a copy of one row of a column of the same type.</summary>
    public void AppendRow(ColumnBuffer source, int row) => AppendRows(source, row, 1);

    /// <summary>Appends copies of adjacent rows of a column of the same type.</summary>
    [MethodImpl(Compile.InFull)]
    public void AppendRows(ColumnBuffer source, int start, int count)
    {
        // The source may be this buffer: its bytes are looked up after the buffer has grown.
        RequireSameType(source);
        if (Type.IsVariable)
        {
            int from = source.EndOf(start);
            int length = source.EndOf(start + count) - from;
            Span<byte> room = Reserve(length);
            source._values.Span.Slice(from, length).CopyTo(room);
            int moved = EndOf(_count) - from;
            int first = Extend(count, ColumnState.Value);
            Span<int> ends = _ends.Span.Slice(first, count);
            ReadOnlySpan<int> sourceEnds = source._ends.Span.Slice(start, count);
            for (int i = 0; i < ends.Length; i++)
            {
                ends[i] = sourceEnds[i] + moved;
            }
        }
        else if (source.HasBytes && (HasBytes || source.States.Slice(start, count).Contains((byte)ColumnState.Value)))
        {
            Span<byte> room = AppendFixedRows(count);
            source._values.Span.Slice(start * _width, count * _width).CopyTo(room);
        }
        else
        {
            AppendMissing(ColumnState.Absent, count);
        }

        source.States.Slice(start, count).CopyTo(States[^count..]);
    }

    /// <summary>Appends copies of rows of a column of the same type, in the given order.</summary>
    [MethodImpl(Compile.InFull)]
    public void AppendRows(ColumnBuffer source, ReadOnlySpan<int> rows)
    {
        RequireSameType(source);
        if (Type.IsVariable || !source.HasBytes || source == this)
        {
            foreach (int row in rows)
            {
                AppendRows(source, row, 1);
            }

            return;
        }

        Span<byte> room = AppendFixedRows(rows.Length);
        Span<byte> states = States[^rows.Length..];
        ReadOnlySpan<byte> from = source._values.Span;
        ReadOnlySpan<byte> sourceStates = source.States;
        for (int i = 0; i < rows.Length; i++)
        {
            from.Slice(rows[i] * _width, _width).CopyTo(room.Slice(i * _width, _width));
            states[i] = sourceStates[rows[i]];
        }
    }

    /// <summary>
    /// Compares two rows in the merge order: by state first; two values by their bytes, where a prefix comes before the longer
    /// value.
    /// </summary>
    [MethodImpl(Compile.InFull)]
    public int CompareRow(int row, ColumnBuffer other, int otherRow)
    {
        RequireSameType(other);
        ColumnState state = GetState(row);
        int byState = (int)state - (int)other.GetState(otherRow);
        return byState != 0 || state != ColumnState.Value
            ? byState
            : GetValue(row).SequenceCompareTo(other.GetValue(otherRow));
    }

    /// <summary>Replaces the last row by a copy of a row of a column of the same type.</summary>
    public void ReplaceLast(ColumnBuffer source, int row)
    {
        Debug.Assert(source != this || row != _count - 1, "a row cannot replace itself");
        RemoveLast();
        AppendRow(source, row);
    }

    /// <summary>Removes the last row.</summary>
    public void RemoveLast()
    {
        ArgumentOutOfRangeException.ThrowIfZero(_count);
        _count--;
    }

    /// <summary>
    /// Makes room for exactly this many more rows and bytes of variable values, if there is not enough room already.
    /// </summary>
    [MethodImpl(Compile.InFull)]
    public void MakeRoom(int rows, int variableBytes)
    {
        if (rows > _states.Length - _count)
        {
            int capacity = _count + rows;
            _states.Resize(capacity);
            if (Type.IsVariable)
            {
                _ends.Resize(capacity);
            }
            else
            {
                _values.Resize(checked(capacity * _width));
            }
        }

        if (Type.IsVariable && variableBytes > _values.Length - EndOf(_count))
        {
            _values.Resize(checked(EndOf(_count) + variableBytes));
        }
    }

    /// <summary>Removes every row and keeps the memory.</summary>
    public void Clear() => (_count, _room) = (0, 0);

    private int EndOf(int rows) => rows == 0 ? 0 : _ends.Span[rows - 1];

    [MethodImpl(Compile.InFull)]
    private int Extend(int rows, ColumnState state)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(rows);
        int first = _count;
        if (rows > (HasFixedBytes ? _room : _states.Length) - first)
        {
            Grow((long)first + rows);
        }

        _states.Span.Slice(first, rows).Fill((byte)state);
        _count = first + rows;
        return first;
    }

    private Span<byte> Reserve(int length)
    {
        if (!Type.IsVariable)
        {
            throw new InvalidOperationException($"A {Type} column takes fixed rows.");
        }

        int used = EndOf(_count);
        if (length > _values.Length - used)
        {
            _values.Resize(Grown(_values.Length, (long)used + length));
        }

        return _values.Span[used..];
    }

    private void Publish(int length)
    {
        int end = EndOf(_count) + length;
        int row = Extend(1, ColumnState.Value);
        _ends.Span[row] = end;
    }

    [MethodImpl(Compile.InFull)]
    private void RequireFixed()
    {
        if (Type.IsVariable)
        {
            throw new InvalidOperationException($"A {Type} column takes rows of any length, not fixed rows.");
        }
    }

    private void RequireWidth(int width)
    {
        if (width != _width)
        {
            throw new ArgumentException($"A row of {Type} has {_width} bytes, not {width}.");
        }
    }

    [MethodImpl(Compile.InFull)]
    private void RequireSameType(ColumnBuffer other)
    {
        if (other.Type != Type)
        {
            throw new ArgumentException($"The other column holds {other.Type}, this one {Type}.", nameof(other));
        }
    }
}
