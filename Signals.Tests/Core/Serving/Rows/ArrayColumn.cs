using System.Runtime.InteropServices;
using Signals.Core.Columns;

namespace Signals.Tests.Core.Serving.Rows;

/// <summary>A column that a test fills, one value after another. Threads: one.</summary>
internal sealed class ArrayColumn(ColumnType type) : IColumnRows
{
    private readonly List<byte> _states = [];
    private readonly List<byte[]> _values = [];

    public ColumnType Type => type;

    public ReadOnlySpan<byte> RowStates => _states.ToArray();

    public ReadOnlySpan<byte> FixedRows => _values.SelectMany(value => value).ToArray();

    public ReadOnlySpan<byte> GetValue(int row) => _values[row];

    public ArrayColumn Add(byte[] value)
    {
        _states.Add((byte)ColumnState.Value);
        _values.Add(value);
        return this;
    }

    public ArrayColumn Add<T>(params T[] value)
        where T : unmanaged => Add(MemoryMarshal.AsBytes<T>(value).ToArray());

    public ArrayColumn AddWithout(ColumnState state)
    {
        _states.Add((byte)state);
        _values.Add(new byte[type.Width]);
        return this;
    }
}
