using Signals.Storage.MemTables;
using Signals.Storage.Primitives;
using Signals.Storage.Tables;
using Signals.Storage.Versions;

namespace Signals.Storage.Reads;

/// <summary>
/// Finds the sources of one user and event type and returns them in clusters. Sources whose times overlap belong to one cluster,
/// and every cluster is wholly newer than the next. Tables are probed only as far back as the requested clusters reach.
/// </summary>
/// <remarks>
/// Thread contract: owned by one read at a time; reused. All types of a read share the source list, so the index of a source does
/// not change once its cluster was returned.
/// </remarks>
internal sealed class HolderWalk(PooledList<RowHolder> holders)
{
    private UserId _user;
    private long _from;
    private int _start;
    private TableCandidates _tables;
    private int _pending;

    /// <summary>
    /// Starts with the rows in memtables. Tables follow as they are needed, except those that end before <paramref name="from"/>.
    /// </summary>
    public void Start(ReadView view, in UserId user, ushort eventType, long from)
    {
        _user = user;
        _from = from;
        _start = holders.Count;
        _pending = _start;
        ulong hash = user.Hash64;
        _tables = view.Tables.CandidatesOf(eventType, hash);
        foreach (MemTable table in view.MemTables)
        {
            if (table.Rows > 0 && table.TryFind(user, hash, eventType, out MemRows rows))
            {
                Add(rows);
            }
        }
    }

    /// <summary>Forgets the view, so that an idle reader does not keep it alive.</summary>
    public void Release() => _tables = default;

    /// <summary>
    /// The next older cluster: sources [first, first + count), in no particular order. Returns false when there is none.
    /// </summary>
    public bool TryNext(out int first, out int count)
    {
        first = _pending;
        count = 0;
        if (!TryFindNewest(out int newest))
        {
            return false;
        }

        Take(newest, first);
        count = 1;
        long oldest = holders[first].Oldest;
        bool grown;
        do
        {
            ProbeTablesReaching(oldest);
            grown = false;
            for (int i = first + count; i < holders.Count; i++)
            {
                if (holders[i].Newest >= oldest)
                {
                    Take(i, first + count);
                    oldest = Math.Min(oldest, holders[first + count].Oldest);
                    count++;
                    grown = true;
                }
            }
        }
        while (grown);
        _pending = first + count;
        return true;
    }

    /// <summary>Whether any source, however old, holds an inserted event newer than <paramref name="cutoff"/>.</summary>
    public bool AnyInsertedAfter(long cutoff)
    {
        ProbeTablesReaching(cutoff);
        foreach (ref readonly RowHolder holder in holders.Span[_start..])
        {
            if (HolderReader.AnyInsertedAfter(holder, cutoff))
            {
                return true;
            }
        }

        return false;
    }

    private void Add(in MemRows rows)
    {
        if (rows.IsSorted || !rows.TrySplit(out MemRows older, out MemRows ordered))
        {
            holders.Add(new RowHolder(rows));
            return;
        }

        holders.Add(new RowHolder(older));
        if (ordered.Count > 0)
        {
            holders.Add(new RowHolder(ordered));
        }
    }

    private bool TryFindNewest(out int newest)
    {
        newest = -1;
        int seen = _pending;
        while (true)
        {
            for (; seen < holders.Count; seen++)
            {
                if (newest < 0 || holders[seen].Newest > holders[newest].Newest)
                {
                    newest = seen;
                }
            }

            if (!_tables.TryNext(newest >= 0 ? holders[newest].Newest : _from, out Table table))
            {
                return newest >= 0;
            }

            Probe(table);
        }
    }

    private void ProbeTablesReaching(long time)
    {
        while (_tables.TryNext(time, out Table table))
        {
            Probe(table);
        }
    }

    private void Probe(Table table)
    {
        if (table.TryFind(_user, out UserRows rows))
        {
            holders.Add(new RowHolder(table, rows));
        }
    }

    private void Take(int from, int to) => (holders[from], holders[to]) = (holders[to], holders[from]);
}
