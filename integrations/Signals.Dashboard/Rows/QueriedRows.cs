namespace Signals.Dashboard.Rows;

/// <summary>The rows of an answer to a query.</summary>
internal sealed class QueriedRows(Sequence sequence) : IRowValues
{
    public ReadOnlySpan<ColumnState> States(string column) => sequence.States(column);

    public ReadOnlySpan<T> Field<T>(string column)
        where T : unmanaged => sequence.Field<T>(column);

    public ReadOnlySpan<T> Vector<T>(string column)
        where T : unmanaged => sequence.Vector<T>(column);

    public ReadOnlySpan<byte> Bytes(string column, int row) => sequence.Bytes(column, row);
}
