using Signals.Storage.MemTables;

namespace Signals.Storage.Engine.Context;

/// <summary>
/// Checks that an empty memtable takes any event that is accepted. Otherwise an event could enter the log that can never be indexed.
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
            // A record may hold a value once for many rows, but it holds every value of any one row. So the values of one event
            // never take more than the record. The memtable pads each value to 8 bytes and takes the first event alone.
            bool isVariable = type.Columns.Any(column => column.Type.IsVariable);
            long values = isVariable ? options.MaxBatchBytes + (8L * type.Columns.Count) : 0;
            long needed = Alignment + (8L * MemTable.FirstIndexSlots(options.MemTableBytes)) + Alignment
                + MemEntry.Bytes + Alignment + new ChunkLayout(type).MostBytes(MemChunk.FirstCapacity) + values;
            if (needed > options.MemTableBytes)
            {
                throw new ArgumentException(
                    $"A memtable of {options.MemTableBytes} bytes is too small for the event type '{type.Name}', which needs {needed}; "
                    + "raise MemTableBytes or lower MaxBatchBytes.");
            }
        }
    }
}
