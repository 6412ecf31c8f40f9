using Signals.Core.Ingest;
using Signals.Storage.MemTables;

namespace Signals.Tests.Storage.MemTables;

/// <summary>Appends a batch to a memtable as the ingest thread does: encoded, decoded, then row by row.</summary>
internal static class MemTableRows
{
    /// <summary>Returns how many rows found room; the memtable's schema may have got columns since the batch was made.</summary>
    public static int Append(MemTable table, EventBatch batch, EventTypeSchema? declared = null)
    {
        byte[] record = new byte[BatchRecordWriter.Plan(batch)];
        BatchRecordWriter.Write(batch, record);
        BitConverter.TryWriteBytes(record, record.Length);
        BatchRows decoded = new(declared ?? batch.EventType);
        BatchRecordReader reader = BatchRecordReader.Open(record, decoded.EventType);
        int appended = 0;
        for (int first = 0; first < reader.Rows && appended == first; first += decoded.Count)
        {
            decoded.Decode(reader, first);
            appended += new MemTableWriter().Append(table, decoded, 0);
        }

        return appended;
    }
}
