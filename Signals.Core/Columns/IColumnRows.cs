namespace Signals.Core.Columns;

/// <summary>The rows of one column, wherever they are stored: a state for each row, and random access to values.</summary>
/// <remarks>
/// Spans are valid until the owner changes. The bytes of a fixed row without a value are zero; a variable one has no bytes.
/// </remarks>
internal interface IColumnRows
{
    ColumnType Type { get; }

    /// <summary>One <see cref="ColumnState"/> per row.</summary>
    ReadOnlySpan<byte> RowStates { get; }

    /// <summary>For fixed columns only: row i lies at <c>i * Width</c>.</summary>
    ReadOnlySpan<byte> FixedRows { get; }

    /// <summary>The bytes of one row, for fixed and variable columns.</summary>
    ReadOnlySpan<byte> GetValue(int row);
}
