using Signals.Scanning;

namespace Signals.Tool.Export;

/// <summary>Converts rows of a scan of all columns of a type to event records. Used by one thread.</summary>
internal static class ScanRecords
{
    /// <summary>Fills <paramref name="single"/> with one row.</summary>
    public static void Fill(SingleEvent single, EventTypeSchema type, in ScanBatch batch, int row)
    {
        single.Begin(type);
        (single.User, single.TimeMs, single.Id) = (batch.Users[row], batch.Times[row], batch.Ids[row]);
        int place = 0; // a scan has no place for dropped columns
        foreach (ColumnSchema column in type.Columns.Where(column => !column.IsDropped))
        {
            switch (batch.States(place)[row])
            {
                case ColumnState.Null:
                    single.SetNull(column.Id);
                    break;
                case ColumnState.Value:
                    single.SetBytes(column.Id, Value(column.Type, batch, place, row));
                    break;
            }

            place++;
        }
    }

    private static ReadOnlySpan<byte> Value(ColumnType type, in ScanBatch batch, int column, int row) => type.IsVariable
        ? batch.Bytes(column, row)
        : batch.FixedBytes(column).Slice(row * type.Width, type.Width);
}
