using System.Runtime.InteropServices;
using Signals.Parquet.Reading.Columns;

namespace Signals.Parquet.Importing;

/// <summary>
/// The open columns of a row group: who, when, which event, and its cells. Thread contract: one thread. Owns the columns.
/// </summary>
/// <param name="user">The user of each row.</param>
/// <param name="time">The time of each row, milliseconds UTC.</param>
/// <param name="id">The id of each row; null when every id is 0.</param>
/// <param name="cells">The cells.</param>
/// <param name="nulls">Which cells are null, in a file of ours.</param>
internal sealed class RowGroupColumns(
    ValueCursor<UserId> user, ValueCursor<long> time, ValueCursor<ulong>? id, Cell[] cells, NullColumns? nulls) : IDisposable
{
    // From the year 1 to 9999, as segments want it.
    private const long FirstMs = -62_135_596_800_000;
    private const long LastMs = 253_402_300_799_999;

    /// <summary>The users of the batch.</summary>
    public UserId[] Users => user.Values;

    /// <summary>The times of the batch.</summary>
    public long[] Times => time.Values;

    /// <summary>The cells.</summary>
    public Cell[] Cells => cells;

    /// <summary>Whether each row of the batch can be taken without a look at it.</summary>
    public bool AllGood { get; private set; }

    /// <summary>The id of a row of the batch.</summary>
    public ulong IdOf(int row) => id is null ? 0 : id.Values[row];

    /// <summary>Reads the next rows.</summary>
    /// <exception cref="ParquetFileException">A column is damaged.</exception>
    public void Read(int rows)
    {
        user.Read(rows);
        time.Read(rows);
        id?.Read(rows);
        bool good = AreValues(user, rows) && AreValues(time, rows) && (id is null || AreValues(id, rows)) && AreInRange(rows);
        foreach (Cell cell in cells)
        {
            cell.Column.Read(rows);
            good &= cell.Column.BadRows == 0;
        }

        nulls?.Read(rows, cells);
        AllGood = good;
    }

    /// <summary>Why a row cannot be taken; null when it can.</summary>
    public string? RefusalOf(int row)
    {
        string? refusal = Refusal(user, row) ?? Refusal(time, row) ?? (id is null ? null : Refusal(id, row));
        if (refusal is null && Times[row] is < FirstMs or > LastMs)
        {
            refusal = $"column '{time.Source}' is {Times[row]} ms since 1970, which is not in the years 1 to 9999.";
        }

        for (int i = 0; i < cells.Length && refusal is null; i++)
        {
            refusal = cells[i].Column.Marks[row] == RowMark.Bad ? cells[i].Column.ReasonOf(row) : null;
        }

        return refusal;
    }

    /// <summary>Whether some cell of a row is set.</summary>
    public bool HasCells(int row)
    {
        foreach (Cell cell in cells)
        {
            if (cell.IsSet(row))
            {
                return true;
            }
        }

        return false;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        user.Dispose();
        time.Dispose();
        id?.Dispose();
        foreach (Cell cell in cells)
        {
            cell.Dispose();
        }

        nulls?.Dispose();
    }

    private static bool AreValues(ColumnCursor column, int rows) =>
        !MemoryMarshal.AsBytes(column.Marks.AsSpan(0, rows)).ContainsAnyExcept((byte)RowMark.Value);

    private static string? Refusal(ColumnCursor column, int row) => column.Marks[row] switch
    {
        RowMark.Value => null,
        RowMark.Bad => column.ReasonOf(row),
        _ => $"column '{column.Source}' is null.",
    };

    private bool AreInRange(int rows) => !Times.AsSpan(0, rows).ContainsAnyExceptInRange(FirstMs, LastMs);
}
