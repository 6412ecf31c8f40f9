using Signals.Core.Columns;
using Signals.Core.Model;

namespace Signals.Storage.Tables;

/// <summary>
/// Reads a whole run, column files too, and checks what opening it did not: the blocks' checksum, every chunk, and that rows are in order and
/// agree with the directory. Stateless.
/// </summary>
internal static class TableVerifier
{
    /// <summary>Returns when every byte is what was written.</summary>
    /// <exception cref="Core.Model.CorruptionException">Something is wrong.</exception>
    public static void Verify(
        TableFile file, TableFooter footer, TableDirectory directory, TableIndex index, BlockSource source,
        CancellationToken cancellationToken = default)
    {
        file.Verify(footer.Section(TableFormat.BlocksSection), cancellationToken);
        foreach (ColumnFile columns in source.Files)
        {
            columns.Verify(cancellationToken);
        }

        TableLayout layout = source.Layout;
        TableCursor cursor = new(directory, index, footer.Traits, source);
        RowBuffer rows = new(layout.ColumnTypes.ToArray(), layout.Run.Stamp, layout.Run.Parts);
        RowTraits traits = RowTraits.None;
        long newestInserted = long.MinValue;
        (long oldest, long newest) = (long.MaxValue, long.MinValue);
        while (cursor.MoveNext())
        {
            cancellationToken.ThrowIfCancellationRequested();
            rows.Clear();
            cursor.AppendTo(rows);
            VerifyRows(file, footer, index, cursor, rows);
            (oldest, newest) = (Math.Min(oldest, rows.Times[^1]), Math.Max(newest, rows.Times[0]));
            VerifyStamps(file, index, cursor, rows, ref traits, ref newestInserted);
        }

        if (oldest != footer.MinTime || newest != footer.MaxTime)
        {
            throw file.Corrupt(0, $"rows are from {oldest} to {newest}, the footer says {footer.MinTime} to {footer.MaxTime}");
        }

        newestInserted = layout.Run.Kind == RunKind.Patches ? long.MinValue : newestInserted;
        if (traits != footer.Traits || newestInserted != footer.NewestInserted)
        {
            throw file.Corrupt(0, $"rows are {traits} with insertions up to {newestInserted}, the footer says {footer.Traits} "
                + $"and {footer.NewestInserted}");
        }
    }

    private static void VerifyStamps(
        TableFile file, TableIndex index, TableCursor cursor, RowBuffer rows, ref RowTraits traits, ref long newestInserted)
    {
        bool valid = true;
        for (int row = 0; row < rows.Count; row++)
        {
            ulong inserted = rows.Stamps.InsertedOf(row);
            ulong retracted = rows.Stamps.RetractedOf(row);
            traits |= (inserted == 0 ? RowTraits.NeverInserted : 0) | (retracted > 0 ? RowTraits.Retracted : 0);
            newestInserted = inserted > 0 ? Math.Max(newestInserted, rows.Times[row]) : newestInserted;
            valid &= inserted <= Stamp.MaxValue && retracted <= Stamp.MaxValue;
            for (int column = 0; column < rows.Columns.Length; column++)
            {
                valid &= new Stamp(rows.Stamps.CellOf(column, row)).IsValid;
            }
        }

        if (!valid)
        {
            throw file.Corrupt(index.Offset(index.FindBlock(cursor.Rows.FirstRow)), $"rows of user {cursor.User} have impossible stamps");
        }
    }

    private static void VerifyRows(TableFile file, TableFooter footer, TableIndex index, TableCursor cursor, RowBuffer rows)
    {
        ReadOnlySpan<long> times = rows.Times;
        ReadOnlySpan<ulong> ids = rows.Ids;
        UserRows expected = cursor.Rows;
        bool ordered = times[0] <= expected.NewestTime && times[^1] >= expected.OldestTime
            && times[0] <= footer.MaxTime && times[^1] >= footer.MinTime;
        for (int i = 1; i < times.Length; i++)
        {
            ordered &= times[i - 1] > times[i] || (times[i - 1] == times[i] && ids[i - 1] < ids[i]);
        }

        if (!ordered)
        {
            throw file.Corrupt(index.Offset(index.FindBlock(expected.FirstRow)), $"rows of user {cursor.User} are out of order");
        }
    }
}
