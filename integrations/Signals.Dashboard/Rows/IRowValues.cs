namespace Signals.Dashboard.Rows;

/// <summary>What answers to a query and to a definition have in common: columns of rows, by name.</summary>
/// <remarks>Thread contract: as the answer. Lifetime: that of the answer's lease.</remarks>
internal interface IRowValues
{
    ReadOnlySpan<ColumnState> States(string column);

    ReadOnlySpan<T> Field<T>(string column)
        where T : unmanaged;

    ReadOnlySpan<T> Vector<T>(string column)
        where T : unmanaged;

    ReadOnlySpan<byte> Bytes(string column, int row);
}
