using Signals.Storage.MemTables;
using Signals.Storage.Primitives;
using Signals.Storage.Tables;

namespace Signals.Storage.Reads;

/// <summary>
/// Starts the cache misses of a read before the read waits for any of them. Finding a user's rows in a table is a chain of
/// misses, each of which leads to the next (slot, entry, block, list of chunks, bytes). So all tables take each step together. Of
/// several blocks that are not in memory the device is asked for all but the first, which the read asks for itself right away. Blocks that
/// the answer will hardly need are not asked for: outside the times of the query, or behind enough rows in memtables.
/// </summary>
/// <remarks>
/// Thread contract: owned by one read at a time; reused. The caller is inside a read epoch. Afterwards this holds no block.
/// </remarks>
internal sealed class ReadAhead
{
    /// <summary>
    /// How many tables are prefetched: as many as answers usually reach. Misses further back are taken as they come.
    /// </summary>
    private const int TablesAhead = 4;

    private readonly PooledList<Target> _targets = new();
    private int _missing; // blocks of the read that are not in memory

    public void Start(in UserRead read)
    {
        PrefetchSlots(read.View, read.User, read.Query);
        foreach (QueryType type in read.Query.Types)
        {
            foreach (Table table in Newest(read.View, type))
            {
                table.PrefetchEntry(read.User);
            }
        }

        _missing = 0;
        for (int slot = 0; slot < read.Query.Types.Length; slot++)
        {
            FindBlocks(read, read.Query.Types[slot], read.BoundsOf(slot, out _));
        }

        foreach (ref readonly Target target in _targets.Span)
        {
            target.Block.PrefetchChunks();
        }

        foreach (ref readonly Target target in _targets.Span)
        {
            target.Block.Prefetch(target.Row, target.Rows, target.Columns);
        }

        Release();
    }

    /// <summary>Forgets the blocks.</summary>
    public void Release() => _targets.Release();

    private static void PrefetchSlots(ReadView view, in UserId user, SequenceQuery query)
    {
        ulong hash = user.Hash64;
        foreach (QueryType type in query.Types)
        {
            foreach (MemTable table in view.MemTables)
            {
                if (table.Rows > 0)
                {
                    table.Index.PrefetchSlot(MemIndex.Hash(hash, type.EventType.Id));
                }
            }

            foreach (Table table in Newest(view, type))
            {
                table.PrefetchDirectory(user);
            }
        }
    }

    private void FindBlocks(in UserRead read, QueryType type, in TimeBounds bounds)
    {
        int wanted = bounds.Last;
        int inMemory = -1; // rows in memtables, which are newer than most in tables; not counted yet
        foreach (Table table in Newest(read.View, type))
        {
            if (wanted <= 0)
            {
                return;
            }

            if (!table.TryFind(read.User, out UserRows rows))
            {
                continue;
            }

            if (table.ResidentBlock(rows.FirstRow) is Block block)
            {
                block.MarkUsed(); // this is also the first access to the block; nothing waits for its miss here
                _targets.Add(new Target(block, rows.FirstRow, Math.Min(rows.Count, wanted), type.Early));
            }
            else if (rows.NewestTime >= bounds.From && rows.OldestTime < bounds.To)
            {
                inMemory = inMemory < 0 ? read.RowsInMemory(type.EventType.Id) : inMemory;
                if (inMemory < wanted && _missing++ > 0)
                {
                    table.BeginRead(rows.FirstRow, type.Early);
                }
            }

            wanted -= rows.Count;
        }
    }

    private static ReadOnlySpan<Table> Newest(ReadView view, QueryType type)
    {
        ReadOnlySpan<Table> tables = view.Tables.TablesOf(type.EventType.Id);
        return tables[..Math.Min(tables.Length, TablesAhead)];
    }

    private readonly record struct Target(Block Block, long Row, int Rows, int[] Columns);
}
