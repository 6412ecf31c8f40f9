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
/// steady state allocates nothing. Spans handed out are valid until the next append.
/// </summary>
internal sealed class ColumnBuffer : IColumnRows
{
    // Wide vectors get memory as rows arrive: room for a batch of 256 of them would take megabytes before the first row.
    private const int MaxInitialBytes = 64 * 1024;
    private const int TypicalVariableBytes = 16;

    private readonly int _width;
    private byte[] _values;
    private byte[] _states;
    private int[] _ends;
    private int _count;
    private int _room; // fixed rows that _values has bytes for; 0 while no row has a value
    private byte[]? _zeros;
    private DictionaryBuilder? _dictionary;

    public ColumnBuffer(ColumnType type, int capacity = 64)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(capacity, 1);
        ArgumentOutOfRangeException.ThrowIfEqual((int)type.Kind, 0);
        Type = type;
        _width = type.Width;
        int bytesPerRow = type.IsVariable ? TypicalVariableBytes : _width;
        capacity = Math.Clamp(MaxInitialBytes / bytesPerRow, 1, capacity);
        _values = type.IsVariable ? new byte[capacity * bytesPerRow] : [];
        _states = new byte[capacity];
        _ends = type.IsVariable ? new int[capacity] : [];
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
            return _values.AsSpan(0, ByteCount);
        }
    }

    /// <summary>One <see cref="ColumnState"/> per row.</summary>
    public Span<byte> States => _states.AsSpan(0, _count);

    /// <summary>For variable columns only: where each row ends in <see cref="Values"/>.</summary>
    public ReadOnlySpan<int> Ends => _ends.AsSpan(0, Type.IsVariable ? _count : 0);

    ReadOnlySpan<byte> IColumnRows.RowStates => States;

    ReadOnlySpan<byte> IColumnRows.FixedRows => Values;

    /// <summary>The bytes that the rows take, without spare room.</summary>
    internal long UsedBytes => ByteCount + (long)_count * (Type.IsVariable ? sizeof(byte) + sizeof(int) : sizeof(byte));

    /// <summary>The bytes of all arrays, spare room included.</summary>
    internal long HeldBytes => _values.Length + _states.Length + sizeof(int) * (long)_ends.Length;

    /// <summary>False for fixed rows as long as none of them has a value: they take no bytes yet.</summary>
    internal bool HasBytes => Type.IsVariable || _room > 0;

    /// <summary>Scratch memory of the chunk writer. It is kept here so that planning does not allocate it again.</summary>
    internal DictionaryBuilder Dictionary => _dictionary ??= new DictionaryBuilder();

    private bool HasFixedBytes => _room > 0;

    private int ByteCount => Type.IsVariable ? EndOf(_count) : _room == 0 ? 0 : _count * _width;

    /// <summary>Appends one scalar.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Append<T>(T value)
        where T : unmanaged
    {
        if (Unsafe.SizeOf<T>() != _width)
        {
            ThrowWidth(Unsafe.SizeOf<T>());
        }

        int row = _count;
        if ((uint)row >= (uint)_room)
        {
            GiveBytes();
            Grow(row + 1L);
        }

        _states[row] = (byte)ColumnState.Value;
        MemoryMarshal.Write(_values.AsSpan(row * Unsafe.SizeOf<T>()), in value);
        _count = row + 1;
    }

    /// <summary>Appends one fixed row of <c>Width</c> bytes.</summary>
    public void AppendFixed(ReadOnlySpan<byte> value)
    {
        RequireWidth(value.Length);
        value.CopyTo(AppendFixedRows(1));
    }

    /// <summary>Appends <paramref name="rows"/> fixed rows that have values; the caller writes the returned bytes.</summary>
    public Span<byte> AppendFixedRows(int rows)
    {
        RequireFixed();
        GiveBytes();
        int first = Extend(rows, ColumnState.Value);
        return _values.AsSpan(first * _width, rows * _width);
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
    public void AppendMissing(ColumnState state, int rows = 1)
    {
        Debug.Assert(state != ColumnState.Value, "a row with a value comes with its bytes");
        int first = Extend(rows, state);
        if (Type.IsVariable)
        {
            _ends.AsSpan(first, rows).Fill(EndOf(first));
        }
        else if (HasBytes)
        {
            _values.AsSpan(first * _width, rows * _width).Clear();
        }
    }

    /// <summary>The bytes of a row. A fixed row without a value gives zeros, a variable one gives nothing.</summary>
    public ReadOnlySpan<byte> GetValue(int row)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)row, (uint)_count, nameof(row));
        return Type.IsVariable ? _values.AsSpan(EndOf(row), _ends[row] - EndOf(row))
            : HasBytes ? _values.AsSpan(row * _width, _width)
            : (_zeros ??= new byte[_width]);
    }

    /// <summary>The state of a row.</summary>
    public ColumnState GetState(int row) => (ColumnState)States[row];

    /// <summary>Appends a copy of one row of a column of the same type.</summary>
    public void AppendRow(ColumnBuffer source, int row) => AppendRows(source, row, 1);

    /// <summary>Appends copies of adjacent rows of a column of the same type.</summary>
    public void AppendRows(ColumnBuffer source, int start, int count)
    {
        RequireSameType(source);
        ReadOnlySpan<byte> states = source.States.Slice(start, count);
        if (Type.IsVariable)
        {
            int from = source.EndOf(start);
            int length = source.EndOf(start + count) - from;
            source._values.AsSpan(from, length).CopyTo(Reserve(length));
            int moved = EndOf(_count) - from;
            int first = Extend(count, ColumnState.Value);
            for (int i = 0; i < count; i++)
            {
                _ends[first + i] = source._ends[start + i] + moved;
            }
        }
        else if (source.HasBytes && (HasBytes || states.Contains((byte)ColumnState.Value)))
        {
            source._values.AsSpan(start * _width, count * _width).CopyTo(AppendFixedRows(count));
        }
        else
        {
            AppendMissing(ColumnState.Absent, count);
        }

        states.CopyTo(_states.AsSpan(_count - count));
    }

    /// <summary>
    /// Compares two rows in the merge order: by state first; two values by their bytes, where a prefix comes before the longer
    /// value.
    /// </summary>
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
    public void MakeRoom(int rows, int variableBytes)
    {
        if (rows > _states.Length - _count)
        {
            int capacity = _count + rows;
            Array.Resize(ref _states, capacity);
            Array.Resize(ref _values, Type.IsVariable ? _values.Length : checked(capacity * _width));
            Array.Resize(ref _ends, Type.IsVariable ? capacity : 0);
        }

        if (Type.IsVariable && variableBytes > _values.Length - EndOf(_count))
        {
            Array.Resize(ref _values, checked(EndOf(_count) + variableBytes));
        }
    }

    /// <summary>Removes every row and keeps the memory.</summary>
    public void Clear() => (_count, _room) = (0, 0);

    private int EndOf(int rows) => rows == 0 ? 0 : _ends[rows - 1];

    private int Extend(int rows, ColumnState state)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(rows);
        int first = _count;
        if (rows > (HasFixedBytes ? _room : _states.Length) - first)
        {
            Grow((long)first + rows);
        }

        _states.AsSpan(first, rows).Fill((byte)state);
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
            Array.Resize(ref _values, Grown(_values.Length, (long)used + length));
        }

        return _values.AsSpan(used);
    }

    private void Publish(int length)
    {
        int end = EndOf(_count) + length;
        int row = Extend(1, ColumnState.Value);
        _ends[row] = end;
    }

    /// <summary>
    /// Allocates bytes for fixed rows when no row had a value so far: zeros for the existing rows, and room for the next ones.
    /// </summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private void GiveBytes()
    {
        if (!HasBytes && _count <= Array.MaxLength / _width)
        {
            MakeRoom(_count);
            _values.AsSpan(0, _count * _width).Clear();
        }
        else if (!HasBytes)
        {
            throw TooMany((long)_count * _width);
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void Grow(long rows)
    {
        if (rows > _states.Length)
        {
            int capacity = Grown(_states.Length, rows);
            if (Type.IsVariable)
            {
                Array.Resize(ref _ends, capacity);
            }

            Array.Resize(ref _states, capacity);
        }

        if (!Type.IsVariable && _room > 0)
        {
            MakeRoom(rows);
        }
    }

    // The room grows together with the states, up to what an array can hold.
    private void MakeRoom(long rows)
    {
        if (rows * _width > Array.MaxLength)
        {
            throw TooMany(rows * _width);
        }

        int room = Math.Max(1, Math.Min(_states.Length, Array.MaxLength / _width));
        if (_values.Length < room * _width)
        {
            Array.Resize(ref _values, room * _width);
        }

        _room = room;
    }

    private static int Grown(int current, long needed) => needed <= Array.MaxLength
        ? (int)Math.Min(Math.Max(needed, 2L * current), Array.MaxLength)
        : throw TooMany(needed);

    private static BufferLimitException TooMany(long needed) => new(needed);

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
            ThrowWidth(width);
        }
    }

    private void RequireSameType(ColumnBuffer other)
    {
        if (other.Type != Type)
        {
            throw new ArgumentException($"The other column holds {other.Type}, this one {Type}.", nameof(other));
        }
    }

    private void ThrowWidth(int width) =>
        throw new ArgumentException($"A row of {Type} has {_width} bytes, not {width}.");
}
