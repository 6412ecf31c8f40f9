using Signals.Core.Model;
using Signals.Storage.MemTables;
using Signals.Storage.Tables;

namespace Signals.Storage.Reads;

/// <summary>
/// Starts the cache misses of a read before any of them is waited for: first where each source would look the user up,
/// then the rows of the newest tables of each type, which most answers come from.
/// </summary>
/// <remarks>Thread contract: stateless. The caller is inside a read epoch.</remarks>
internal static class ReadAhead
{
    /// <summary>As far as answers usually reach; further back the misses are fetched as they come.</summary>
    private const int TablesAhead = 4;

    public static void Start(ReadView view, in UserId user, SequenceQuery query)
    {
        ulong hash = user.Hash64;
        foreach (QueryType type in query.Types)
        {
            ushort eventType = type.EventType.Id;
            foreach (MemTable table in view.MemTables)
            {
                if (table.Rows > 0)
                {
                    table.Index.PrefetchSlot(MemIndex.Hash(hash, eventType));
                }
            }

            foreach (Table table in Newest(view, type))
            {
                table.PrefetchDirectory(user);
            }
        }

        foreach (QueryType type in query.Types)
        {
            int wanted = type.Last;
            foreach (Table table in Newest(view, type))
            {
                if (wanted > 0 && table.TryFind(user, out UserRows rows))
                {
                    table.PrefetchRows(rows.FirstRow, Math.Min(rows.Count, wanted), type.Stored);
                    wanted -= rows.Count;
                }
            }
        }
    }

    private static ReadOnlySpan<Table> Newest(ReadView view, QueryType type)
    {
        ReadOnlySpan<Table> tables = view.Tables.TablesOf(type.EventType.Id);
        return tables[..Math.Min(tables.Length, TablesAhead)];
    }
}
