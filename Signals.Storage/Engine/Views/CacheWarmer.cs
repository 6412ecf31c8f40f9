using Signals.Storage.Tables;
using Signals.Storage.Versions;

namespace Signals.Storage.Engine.Views;

/// <summary>
/// Keeps a version edit from making reads cold. Before the edit is visible, it loads the blocks of the new tables whose rows reads had
/// in the cache under other tables, or in a memtable. When the edit becomes visible, the blocks go into the cache.
/// </summary>
/// <remarks>
/// Thread contract: any thread that commits an edit, never the ingest thread or a reader. Only blocks of tables that the same edit
/// removes leave the cache for a warmed block. Between loading and handing over, the blocks take memory beside the cache: as much as
/// the cache has free, or an eighth of it when removed tables make the room. A block that cannot be read is not warmed: the read that
/// asks for it reports the error. Lifetime: that of the store.
/// </remarks>
internal sealed class CacheWarmer(BlockCache cache, ViewState view) : IDisposable
{
    private const int ShareInExchange = 8;

    private readonly CancellationTokenSource _stopping = new();

    /// <summary>Loads what reads will ask the new tables of an edit for.</summary>
    /// <param name="edit">The edit.</param>
    /// <param name="added">Its tables, open; not visible yet.</param>
    public WarmBlocks[] Load(VersionEdit edit, Table[] added)
    {
        if (cache.Capacity == 0 || added.Length == 0)
        {
            return [];
        }

        WarmBlocks[] warm;
        long room = cache.FreeBytes;
        using (view.Epochs.Enter())
        {
            TableVersion before = view.Current.Tables;
            warm = [.. added.Select(table => Plan(table, edit, before))];
            room = Math.Max(room, Math.Min(room + LeavingBytes(edit, before), cache.Capacity / ShareInExchange));
        }

        Load(warm, room);
        return warm;
    }

    /// <summary>
    /// Puts the loaded blocks into the cache in place of the blocks of removed tables. Called right before readers see the new version.
    /// </summary>
    public static void HandOver(WarmBlocks[] warm, IEnumerable<Table> removed)
    {
        foreach (Table table in removed)
        {
            if (!Array.Exists(warm, blocks => blocks.Table.Meta.Number == table.Meta.Number))
            {
                table.LeaveCache();
            }
        }

        foreach (WarmBlocks blocks in warm)
        {
            blocks.HandOver();
        }
    }

    /// <summary>Ends the loading under way and refuses to load more: the store closes.</summary>
    public void Stop() => _stopping.Cancel();

    public void Dispose() => _stopping.Dispose();

    private static WarmBlocks Plan(Table table, VersionEdit edit, TableVersion before)
    {
        WarmBlocks warm = new(table);
        try
        {
            Plan(warm, table, edit, before);
        }
        catch (Exception error) when (IsOfAFile(error))
        {
            // A page of a directory cannot be read. As below, the read that needs it reports the error.
        }

        return warm;
    }

    private static void Plan(WarmBlocks warm, Table table, VersionEdit edit, TableVersion before)
    {
        if (before.TryGet(table.Meta.Number, out Table replaced))
        {
            warm.WantReplaced(replaced);
        }
        else if (edit.RemovedTables.Count > 0)
        {
            foreach (ulong number in edit.RemovedTables)
            {
                if (before.TryGet(number, out Table removed) && removed.Meta.Kind == table.Meta.Kind)
                {
                    warm.WantLike(removed);
                }
            }
        }
        else if (edit.FlushedPosition is not null)
        {
            warm.WantAll(before.TablesOf(table.Meta.EventType));
        }
        else
        {
            foreach (Table beside in before.TablesOf(table.Meta.EventType))
            {
                if (beside.Meta.MeetsInTime(table.Meta))
                {
                    warm.WantLike(beside);
                }
            }
        }
    }

    private static long LeavingBytes(VersionEdit edit, TableVersion before)
    {
        long bytes = 0;
        foreach (ulong number in edit.RemovedTables)
        {
            if (before.TryGet(number, out Table table) && !edit.AddedTables.Exists(added => added.Number == number))
            {
                for (int block = 0; block < table.BlockCount; block++)
                {
                    bytes += table.ResidentBlockAt(block)?.Bytes ?? 0;
                }
            }
        }

        return bytes;
    }

    private void Load(WarmBlocks[] warm, long room)
    {
        try
        {
            foreach (WarmBlocks blocks in warm)
            {
                room -= blocks.Load(room, _stopping.Token);
            }
        }
        catch (Exception error) when (IsOfAFile(error))
        {
            // The edit does not fail for this: its tables were checked when they were opened, and a read names file and offset of a
            // damaged block.
        }
    }

    private static bool IsOfAFile(Exception error) => error is FileOperationException or CorruptionException or HandlesExhaustedException;
}
