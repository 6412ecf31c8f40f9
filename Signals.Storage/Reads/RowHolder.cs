using Signals.Storage.MemTables;
using Signals.Storage.Tables;

namespace Signals.Storage.Reads;

/// <summary>
/// One place that holds rows of the user and event type that are read: an entry of a memtable or of a table. Immutable.
/// </summary>
internal readonly struct RowHolder
{
    public RowHolder(in MemRows rows)
    {
        MemRows = rows;
        Count = rows.Count;
        Newest = rows.Newest;
        Oldest = rows.Oldest;
        IsSorted = rows.IsSorted;
        IsPlain = true;
        IsStreamed = true;
    }

    public RowHolder(Table table, in UserRows rows)
    {
        Table = table;
        FirstRow = rows.FirstRow;
        Count = rows.Count;
        Newest = rows.NewestTime;
        Oldest = rows.OldestTime;
        IsSorted = true;
        IsPlain = table.IsPlainFor(rows);
        IsStreamed = table.IsStreamed;
    }

    /// <summary>The table, or null for a memtable.</summary>
    public Table? Table { get; }

    public MemRows MemRows { get; }

    public long FirstRow { get; }

    public int Count { get; }

    public long Newest { get; }

    public long Oldest { get; }

    public bool IsSorted { get; }

    /// <summary>Whether every row is a visible event; otherwise each row must be checked.</summary>
    public bool IsPlain { get; }

    /// <summary>Whether every insertion and cell has the stamp of streamed data.</summary>
    public bool IsStreamed { get; }
}
