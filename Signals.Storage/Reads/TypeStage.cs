using Signals.Storage.Primitives;

namespace Signals.Storage.Reads;

/// <summary>
/// The chosen rows of one event type, newest first: their keys, their places, and their columns when types are merged.
/// </summary>
/// <remarks>Thread contract: owned by one read at a time; reused.</remarks>
internal sealed class TypeStage
{
    private ColumnOutput[] _columns = [];

    public PooledList<long> Times { get; } = new();

    public PooledList<ulong> Ids { get; } = new();

    public PooledList<RowSlice> Slices { get; } = new();

    /// <summary>Rows whose events were retracted and inserted again, ascending.</summary>
    public PooledList<RetractedRow> Retracted { get; } = new();

    /// <summary>Whether an event has a second copy in the list of duplicates.</summary>
    public bool HasDuplicates { get; set; }

    /// <summary>Whether rows may have other stamps than that of streamed data.</summary>
    public bool IsStamped { get; set; }

    /// <summary>Whether the duplicates were already merged into the columns.</summary>
    public bool IsComplete { get; set; }

    /// <summary>Whether the rows with all their columns were copied from the user's head.</summary>
    public bool IsFromHead => Head == HeadAnswer.Complete;

    /// <summary>What the user's head said. It is set before the rows are chosen, and clearing keeps it.</summary>
    public HeadAnswer Head { get; set; }

    /// <summary>
    /// How many columns, from the first, are gathered. If these are not all, the others follow after rows were chosen.
    /// </summary>
    public int Gathered { get; set; }

    public int Count => Times.Count;

    public long HeldBytes =>
        Times.HeldBytes + Ids.HeldBytes + Slices.HeldBytes + Retracted.HeldBytes
        + ColumnOutput.HeldBytesOf(_columns);

    public void Clear()
    {
        Retracted.Clear();
        HasDuplicates = false;
        IsStamped = false;
        IsComplete = false;
        Gathered = 0;
        Times.Clear();
        Ids.Clear();
        Slices.Clear();
    }

    /// <summary>Keeps the newest <paramref name="rows"/> rows.</summary>
    public void Truncate(int rows)
    {
        while (Retracted.Count > 0 && Retracted[Retracted.Count - 1].Row >= rows)
        {
            Retracted.Truncate(Retracted.Count - 1);
        }

        Times.Truncate(rows);
        Ids.Truncate(rows);
        int kept = 0;
        while (rows > 0 && !IsFromHead)
        {
            ref RowSlice slice = ref Slices[kept++];
            slice = slice with { Count = Math.Min(slice.Count, rows) };
            rows -= slice.Count;
        }

        Slices.Truncate(kept);
    }

    /// <summary>The row of an identity, or -1 when it was not chosen.</summary>
    public int Find(long time, ulong id)
    {
        ReadOnlySpan<long> times = Times.Span;
        int low = 0;
        int high = times.Length;
        while (low < high)
        {
            int middle = (low + high) / 2;
            (low, high) = times[middle] > time || (times[middle] == time && Ids[middle] < id) ? (middle + 1, high) : (low, middle);
        }

        return low < times.Length && times[low] == time && Ids[low] == id ? low : -1;
    }

    /// <summary>Empties the outputs for the columns of a query and returns them.</summary>
    public ReadOnlySpan<ColumnOutput> ResetColumns(ColumnType[] types)
    {
        ColumnOutput.Reset(ref _columns, types);
        return Columns(types.Length);
    }

    public ReadOnlySpan<ColumnOutput> Columns(int count) => _columns.AsSpan(0, count);
}
