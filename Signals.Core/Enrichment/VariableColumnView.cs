using System.Runtime.InteropServices;
using Signals.Core.Columns;

namespace Signals.Enrichment;

/// <summary>The rows of a text or bytes column of a batch. Valid until the batch changes.</summary>
public readonly ref struct VariableColumnView
{
    private readonly IColumnRows _column;

    internal VariableColumnView(IColumnRows column)
    {
        _column = column;
        States = MemoryMarshal.Cast<byte, ColumnState>(column.RowStates);
    }

    /// <summary>Whether each row is absent, null or a value.</summary>
    public ReadOnlySpan<ColumnState> States { get; }

    /// <summary>The bytes of a row; UTF-8 when the column is a text. Empty in a row without a value.</summary>
    public ReadOnlySpan<byte> this[int row] => _column.GetValue(row);

    /// <summary>Whether the row has a value.</summary>
    public bool Has(int row) => States[row] == ColumnState.Value;
}
