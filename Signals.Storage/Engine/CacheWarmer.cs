using Signals.Core.Model;
using Signals.Storage.FileSystem;
using Signals.Storage.Primitives;
using Signals.Storage.Tables;
using Signals.Storage.Versions;

namespace Signals.Storage.Engine;

/// <summary>
/// Keeps a version edit from making reads cold: loads, before the edit is visible, the blocks of its tables that reads had in the cache under other
/// tables, or in a memtable, and puts them there as it becomes visible.
/// </summary>
/// <remarks>
/// Thread contract: any thread that commits an edit, never that of ingest or of a read. Nothing leaves the cache for a warmed block but blocks of
/// tables that the same edit removes. Between loading and handing over, blocks take memory beside the cache: as much as the cache has free,
/// or an eighth of it where removed tables make the room. What cannot be read is left to the read that asks for it and reports it.
/// </remarks>
internal sealed class CacheWarmer(BlockCache cache, ViewState view, ReadEpochs epochs) : IDisposable
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
        using (epochs.Enter())
        {
            TableVersion before = view.Current.Tables;
            warm = [.. added.Select(table => Plan(table, edit, before))];
            room = Math.Max(room, Math.Min(room + LeavingBytes(edit, before), cache.Capacity / ShareInExchange));
        }

        Load(warm, room);
        return warm;
    }

    /// <summary>Puts what was loaded into the cache, in place of the blocks of tables that leave. Right before readers come to the new version.</summary>
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

    /// <summary>Ends the loading under way and does no other: the store closes.</summary>
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
            // A page of a directory: as with what cannot be loaded below.
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
            // Not the edit's concern: its tables were checked as they were opened, and a read names file and offset of a damaged block.
        }
    }

    private static bool IsOfAFile(Exception error) => error is FileOperationException or CorruptionException or HandlesExhaustedException;
}
