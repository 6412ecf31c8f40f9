using Signals.Core.Ingest;
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
            long needed = Needed(type, options.MemTableBytes, values);
            if (needed > options.MemTableBytes)
            {
                throw new ArgumentException(
                    $"A memtable of {options.MemTableBytes} bytes is too small for the event type '{type.Name}', which needs {needed}; "
                    + "raise MemTableBytes or lower MaxBatchBytes.");
            }
        }
    }

    /// <summary>The same for records that another process accepted, with a limit of its own.</summary>
    /// <param name="records">Valid records.</param>
    /// <param name="schema">The schema.</param>
    /// <param name="options">The settings of this process, under which <see cref="Require"/> succeeded.</param>
    /// <exception cref="SignalsException">An event of a record might not fit.</exception>
    public static void RequireRecords(ReadOnlySpan<byte> records, StoreSchema schema, EngineOptions options)
    {
        RecordEnumerator walk = new(records);
        while (walk.MoveNext())
        {
            if (walk.Header.Kind == RecordKind.Group)
            {
                RequireRecords(GroupRecordReader.Open(walk.Current).Records, schema, options);
            }
            else if (walk.Header.Kind == RecordKind.Events && walk.Current.Length > options.MaxBatchBytes)
            {
                RequireRecord(walk.Current.Length, schema.EventTypes[walk.Header.TypeId], options.MemTableBytes);
            }
        }
    }

    private static void RequireRecord(int bytes, EventTypeSchema type, long memTableBytes)
    {
        long needed = Needed(type, memTableBytes, bytes + (8L * type.Columns.Count));
        if (needed > memTableBytes && type.Columns.Any(column => column.Type.IsVariable))
        {
            throw new SignalsException(
                $"A batch of the event type '{type.Name}' takes {bytes} bytes, and a memtable of {memTableBytes} bytes may be too small "
                + $"for an event of it; open with MemTableBytes of at least {needed}.");
        }
    }

    private static long Needed(EventTypeSchema type, long memTableBytes, long values) =>
        Alignment + (8L * MemTable.FirstIndexSlots(memTableBytes)) + Alignment
            + MemEntry.Bytes + Alignment + new ChunkLayout(type).MostBytes(MemChunk.FirstCapacity) + values;
}
