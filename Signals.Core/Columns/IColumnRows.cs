namespace Signals.Core.Columns;

/// <summary>Rows of one column, wherever they lie: a state each, and values with random access.</summary>
/// <remarks>Spans are valid until the owner changes. The bytes of a row without a value are zero, none when variable.</remarks>
internal interface IColumnRows
{
    ColumnType Type { get; }

    /// <summary>One <see cref="ColumnState"/> per row.</summary>
    ReadOnlySpan<byte> RowStates { get; }

    /// <summary>Fixed columns only: row i at <c>i * Width</c>.</summary>
    ReadOnlySpan<byte> FixedRows { get; }

    /// <summary>The bytes of one row, of either kind of column.</summary>
    ReadOnlySpan<byte> GetValue(int row);
}
