using System.Runtime.InteropServices;
using Signals.Parquet.Native;

namespace Signals.Parquet.Writing;

/// <summary>
/// The cells of a column that wait for a row group. Fixed values lie at <c>row * width</c>, also where a row has none; those of text and
/// bytes lie one after the other.
/// </summary>
/// <remarks>Thread contract: one thread. Lifetime: until disposed.</remarks>
internal sealed class ColumnBlock(ColumnType type) : IDisposable
{
    private readonly NativeBuffer _values = new();
    private readonly NativeBuffer _states = new();
    private readonly NativeBuffer _ends = new();

    /// <summary>What a cell holds.</summary>
    public ColumnType Type => type;

    /// <summary>The number of rows.</summary>
    public int Count { get; private set; }

    /// <summary>Rows without a value.</summary>
    public int Missing { get; private set; }

    /// <summary>Rows that are null, not absent.</summary>
    public int Nulls { get; private set; }

    /// <summary>Bytes of the values.</summary>
    public int ValueBytes { get; private set; }

    /// <summary>Bytes of the rows, without spare room.</summary>
    public long UsedBytes => ValueBytes + Count * (sizeof(ColumnState) + (type.IsVariable ? (long)sizeof(int) : 0));

    /// <summary>Bytes of memory, spare room included.</summary>
    public long HeldBytes => (long)_values.Length + _states.Length + _ends.Length;

    /// <summary>The address of the first value; valid until rows are added.</summary>
    public nint Address => _values.Address;

    /// <summary>The bytes of all values.</summary>
    public ReadOnlySpan<byte> Values => _values.Span[..ValueBytes];

    /// <summary>The state of each row.</summary>
    public ReadOnlySpan<ColumnState> States => MemoryMarshal.Cast<byte, ColumnState>(_states.Span)[..Count];

    /// <summary>Where the value of each row of text or bytes ends.</summary>
    public ReadOnlySpan<int> Ends => _ends.As<int>()[..(type.IsVariable ? Count : 0)];

    /// <summary>The fixed values.</summary>
    public ReadOnlySpan<T> As<T>()
        where T : unmanaged => _values.As<T>()[..(Count * type.Dimensions)];

    /// <summary>Adds rows of fixed width.</summary>
    /// <param name="values">Their bytes, also where there is no value.</param>
    /// <param name="states">Their states; empty when every row has a value.</param>
    /// <param name="rows">How many.</param>
    public void AddFixed(ReadOnlySpan<byte> values, ReadOnlySpan<ColumnState> states, int rows)
    {
        _values.Reserve((long)ValueBytes + values.Length);
        values.CopyTo(_values.Span[ValueBytes..]);
        ValueBytes += values.Length;
        AddStates(states, rows);
    }

    /// <summary>Adds rows of text or bytes.</summary>
    /// <param name="values">Their bytes, one after the other.</param>
    /// <param name="offsets">Where each begins, and where the last one ends, from any number on.</param>
    /// <param name="states">Their states; empty when every row has a value.</param>
    public void AddVariable(ReadOnlySpan<byte> values, ReadOnlySpan<int> offsets, ReadOnlySpan<ColumnState> states)
    {
        int rows = offsets.Length - 1;
        int moved = ValueBytes - offsets[0];
        _values.Reserve((long)ValueBytes + values.Length);
        values.CopyTo(_values.Span[ValueBytes..]);
        ValueBytes += values.Length;
        _ends.Reserve(sizeof(int) * ((long)Count + rows));
        Span<int> ends = _ends.As<int>().Slice(Count, rows);
        for (int i = 0; i < ends.Length; i++)
        {
            ends[i] = offsets[i + 1] + moved;
        }

        AddStates(states, rows);
    }

    /// <summary>Removes all rows and keeps the memory.</summary>
    public void Clear() => (Count, Missing, Nulls, ValueBytes) = (0, 0, 0, 0);

    /// <inheritdoc/>
    public void Dispose()
    {
        _values.Dispose();
        _states.Dispose();
        _ends.Dispose();
    }

    private void AddStates(ReadOnlySpan<ColumnState> states, int rows)
    {
        _states.Reserve((long)Count + rows);
        Span<byte> added = _states.Span.Slice(Count, rows);
        if (states.IsEmpty)
        {
            added.Fill((byte)ColumnState.Value);
        }
        else
        {
            MemoryMarshal.AsBytes(states).CopyTo(added);
            Missing += rows - added.Count((byte)ColumnState.Value);
            Nulls += added.Count((byte)ColumnState.Null);
        }

        Count += rows;
    }
}
