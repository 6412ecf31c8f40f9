using Signals.Core.Model;
using Signals.Storage.MemTables;
using Signals.Storage.Tables;

namespace Signals.Storage.Reads;

/// <summary>
/// Starts the cache misses of a read before any of them is waited for: first where each source would look the user up,
/// then the rows of the newest table of each type, which most answers come from.
/// </summary>
/// <remarks>Thread contract: stateless. The caller is inside a read epoch.</remarks>
internal static class ReadAhead
{
    public static void Start(ReadView view, in UserId user, SequenceQuery query)
    {
        ulong hash = user.Hash64;
        foreach (QueryType type in query.Types)
        {
            ushort eventType = type.EventType.Id;
            foreach (MemTable table in view.MemTables)
            {
                table.Index.PrefetchSlot(MemIndex.Hash(hash, eventType));
            }

            ReadOnlySpan<Table> tables = view.Tables.TablesOf(eventType);
            if (!tables.IsEmpty)
            {
                tables[0].PrefetchDirectory(user);
            }
        }

        foreach (QueryType type in query.Types)
        {
            ReadOnlySpan<Table> tables = view.Tables.TablesOf(type.EventType.Id);
            if (!tables.IsEmpty && tables[0].TryFind(user, out UserRows rows))
            {
                tables[0].PrefetchRows(rows.FirstRow, Math.Min(rows.Count, type.Last), type.Stored);
            }
        }
    }
}
