namespace Signals.Storage.Primitives;

/// <summary>
/// The key of one row and the place where the row is, used while the rows of one user and event type are put in order from
/// several sources. Order: time descending, then id ascending, then source.
/// </summary>
internal readonly struct RowKey(long time, ulong id, long row, int source) : IComparable<RowKey>
{
    public readonly long Time = time;
    public readonly ulong Id = id;

    /// <summary>The row as its source numbers it: a row number in a table, or a chunk and an index in a memtable.</summary>
    public readonly long Row = row;

    public readonly int Source = source;

    public bool SameIdentity(in RowKey other) => Time == other.Time && Id == other.Id;

    public int CompareTo(RowKey other)
    {
        if (Time != other.Time)
        {
            return Time > other.Time ? -1 : 1;
        }

        return Id != other.Id ? Id.CompareTo(other.Id) : Source.CompareTo(other.Source);
    }

    /// <summary>Whether this row comes before <paramref name="other"/> by time and id alone.</summary>
    public bool Precedes(in RowKey other) => Time > other.Time || (Time == other.Time && Id < other.Id);
}
