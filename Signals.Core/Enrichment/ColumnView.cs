using System.Runtime.InteropServices;
using Signals.Core.Columns;

namespace Signals.Enrichment;

/// <summary>The rows of a fixed-width column of a batch. Valid until the batch changes.</summary>
/// <typeparam name="T">The type of one value, or of one component of a vector.</typeparam>
public readonly ref struct ColumnView<T>
    where T : unmanaged
{
    private readonly int _dimensions;

    internal ColumnView(IColumnRows column)
    {
        _dimensions = column.Type.Dimensions;
        Values = MemoryMarshal.Cast<byte, T>(column.FixedRows);
        States = MemoryMarshal.Cast<byte, ColumnState>(column.RowStates);
    }

    /// <summary>The values: rows x dimensions of them. They are zero in a row without a value.</summary>
    public ReadOnlySpan<T> Values { get; }

    /// <summary>Whether each row is absent, null or a value.</summary>
    public ReadOnlySpan<ColumnState> States { get; }

    /// <summary>The value of a scalar row, or the first component of a vector. Zero in a row without a value.</summary>
    public T this[int row] => Values[row * _dimensions];

    /// <summary>Whether the row has a value.</summary>
    public bool Has(int row) => States[row] == ColumnState.Value;

    /// <summary>The components of a row.</summary>
    public ReadOnlySpan<T> Row(int row) => Values.Slice(row * _dimensions, _dimensions);
}
