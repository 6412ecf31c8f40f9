using Signals.Core.Columns;

namespace Signals.Storage.Tables;

/// <summary>
/// Loads blocks of a new table before the first read sees it, so that the read finds in memory what it would have found for the
/// tables before. First it decides which chunks to load, from what the cache holds of those tables. Then it loads the chunks.
/// </summary>
/// <remarks>
/// Thread contract: one thread. The tables before must stay open; only the file of the new table is read. Lifetime: one version
/// edit. Loaded blocks count towards the cache only after <see cref="HandOver"/> has put them there.
/// </remarks>
internal sealed class WarmBlocks(Table table)
{
    private readonly bool[]?[] _wanted = new bool[]?[table.BlockCount];
    private readonly Block?[] _loaded = new Block?[table.BlockCount];
    private Table? _before;

    /// <summary>The new table.</summary>
    public Table Table => table;

    /// <summary>
    /// For a new table that is the same run with a new column file: wants, of each block in memory, the columns that are in the
    /// new file. Also wants the stamps of cells, which a run with column files has, because reads need them while other patches
    /// of the user are not folded yet.
    /// </summary>
    public void WantReplaced(Table before)
    {
        _before = before;
        bool hadStamps = (before.Layout.Defaults.Parts & StampParts.Cells) != 0;
        for (int block = 0; block < table.BlockCount; block++)
        {
            if (before.ResidentBlockAt(block) is not Block resident)
            {
                continue;
            }

            for (int column = 0; column < table.Layout.Columns; column++)
            {
                bool isElsewhere = table.IsElsewhere(before, block, column);
                bool wasHeld = column >= before.Layout.Columns || resident.HoldsChunk(column + TableFormat.FirstColumnChunk);
                Want(block, column, isElsewhere && wasHeld, wasHeld && (isElsewhere || !hadStamps));
            }
        }
    }

    /// <summary>
    /// Wants the blocks that hold users who are in memory in another table, with the columns that are in memory there. For
    /// patches, wants every column.
    /// </summary>
    public void WantLike(Table other)
    {
        for (int block = 0; block < other.BlockCount; block++)
        {
            if (other.ResidentBlockAt(block) is Block resident && TryFindRows(other, resident, out long first, out long last))
            {
                for (int mine = table.FindBlock(first); mine <= table.FindBlock(last); mine++)
                {
                    WantKeys(mine);
                    WantColumns(mine, other, resident);
                }
            }
        }
    }

    /// <summary>
    /// Wants every block, with the columns that are in memory in any block of other tables of the event type. Wants nothing when
    /// they have no block in memory.
    /// </summary>
    public void WantAll(ReadOnlySpan<Table> others)
    {
        foreach (Table other in others)
        {
            for (int block = 0; block < other.BlockCount; block++)
            {
                if (other.ResidentBlockAt(block) is Block resident)
                {
                    WantKeys(0);
                    WantColumns(0, other, resident);
                }
            }
        }

        Array.Fill(_wanted, _wanted[0]);
    }

    /// <summary>Loads the wanted chunks until the room is used up.</summary>
    /// <returns>The number of loaded bytes.</returns>
    /// <exception cref="CorruptionException">A chunk is damaged.</exception>
    public long Load(long room, CancellationToken stopping)
    {
        long used = 0;
        IoCount io = default;
        for (int block = 0; block < _wanted.Length && used < room && !stopping.IsCancellationRequested; block++)
        {
            if (_wanted[block] is bool[] wanted)
            {
                Block loaded = table.Load(block, wanted, ref io);
                used += loaded.Bytes;
                _loaded[block] = used <= room ? loaded : null;
            }
        }

        return Math.Min(used, room);
    }

    /// <summary>
    /// Puts the loaded blocks into the cache as far as there is room. If this table replaces another one, also takes over the
    /// cached blocks of that table.
    /// </summary>
    public void HandOver()
    {
        if (_before is not null)
        {
            table.TakeBlocks(_before, _loaded);
            return;
        }

        for (int block = 0; block < _loaded.Length; block++)
        {
            if (_loaded[block] is Block loaded)
            {
                table.Keep(block, loaded);
            }
        }
    }

    /// <summary>
    /// Finds the rows that the users of another table's block have in the new table. When the rows of a user continue in other
    /// blocks there, only as many of the newest rows are taken as that table has up to the end of the block. So the older part of
    /// a long history is not loaded along with its newest rows.
    /// </summary>
    private bool TryFindRows(Table other, Block resident, out long first, out long last)
    {
        int firstUser = other.Directory.IndexOfRow(resident.FirstRow);
        int lastUser = other.Directory.IndexOfRow(resident.FirstRow + resident.Rows - 1);
        int from = table.Directory.CountBefore(other.Directory.User(firstUser));
        int end = table.Directory.CountBefore(other.Directory.User(lastUser));
        bool hasLast = end < table.Directory.Users && table.Directory.User(end) == other.Directory.User(lastUser);
        end += hasLast ? 1 : 0;
        first = last = 0;
        if (from == end)
        {
            return false;
        }

        UserRows head = table.Directory.Rows(from);
        UserRows tail = table.Directory.Rows(end - 1);
        bool hasFirst = table.Directory.User(from) == other.Directory.User(firstUser);
        long skipped = hasFirst ? resident.FirstRow - other.Directory.Rows(firstUser).FirstRow : 0;
        long reached = hasLast ? resident.FirstRow + resident.Rows - other.Directory.Rows(lastUser).FirstRow : tail.Count;
        first = head.FirstRow + Math.Min(skipped, head.Count - 1);
        last = Math.Max(first, tail.FirstRow + Math.Min(reached, tail.Count) - 1);
        return true;
    }

    private void WantKeys(int block)
    {
        bool[] wanted = _wanted[block] ??= new bool[table.Layout.Chunks];
        wanted[TableFormat.TimesChunk] = wanted[TableFormat.IdsChunk] = true;
        if ((table.Defaults.Parts & StampParts.Existence) != 0)
        {
            wanted[table.Layout.InsertedChunk] = wanted[table.Layout.RetractedChunk] = true;
        }
    }

    private void WantColumns(int block, Table other, Block resident)
    {
        bool isPatches = table.Meta.Kind == RunKind.Patches;
        for (int column = 0; column < table.Layout.Columns; column++)
        {
            bool holds = column < other.Layout.Columns && resident.HoldsChunk(column + TableFormat.FirstColumnChunk);
            Want(block, column, isPatches || holds, isPatches || HoldsStamps(other, resident, column));
        }
    }

    private void Want(int block, int column, bool cells, bool stamps)
    {
        stamps &= (table.Layout.Defaults.Parts & StampParts.Cells) != 0;
        if (cells || stamps)
        {
            bool[] wanted = _wanted[block] ??= new bool[table.Layout.Chunks];
            wanted[column + TableFormat.FirstColumnChunk] |= cells;
            if (stamps)
            {
                wanted[table.Layout.CellStampsChunk(column)] = true;
            }
        }
    }

    private static bool HoldsStamps(Table other, Block resident, int column) => (other.Layout.Defaults.Parts & StampParts.Cells) != 0
        && column < other.Layout.Columns && resident.HoldsChunk(other.Layout.CellStampsChunk(column));
}
