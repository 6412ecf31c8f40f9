using Signals.Core.Schema;
using Signals.Storage.MemTables;

namespace Signals.Storage.Engine;

/// <summary>
/// Checks that an empty memtable takes any event that is accepted: otherwise one could enter the log that can never be indexed.
/// </summary>
/// <remarks>Thread contract: stateless.</remarks>
internal static class MemTableFit
{
    private const int Alignment = 64;

    /// <exception cref="ArgumentException">The memtable is too small for an event type, which is named.</exception>
    public static void Require(StoreSchema schema, EngineOptions options)
    {
        foreach (EventTypeSchema type in schema.EventTypes)
        {
            // The variable-length values of one event lie in one record, each padded to 8 bytes in the memtable.
            bool isVariable = type.Columns.Any(column => column.Type.IsVariable);
            long values = isVariable ? options.MaxBatchBytes + (8L * type.Columns.Count) : 0;
            long needed = Alignment + (8L * MemTable.FirstIndexSlots(options.MemTableBytes)) + Alignment
                + MemEntry.Bytes + Alignment + new ChunkLayout(type).ChunkBytes(MemChunk.FirstCapacity) + values;
            if (needed > options.MemTableBytes)
            {
                throw new ArgumentException(
                    $"A memtable of {options.MemTableBytes} bytes is too small for the event type '{type.Name}', which needs {needed}; raise MemTableBytes or lower MaxBatchBytes.");
            }
        }
    }
}
