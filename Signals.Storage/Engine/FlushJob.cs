using Signals.Core.Columns;
using Signals.Core.Schema;
using Signals.Storage.Compaction;
using Signals.Storage.FileSystem;
using Signals.Storage.MemTables;
using Signals.Storage.Primitives;
using Signals.Storage.Tables;
using Signals.Storage.Versions;

namespace Signals.Storage.Engine;

/// <summary>Writes a frozen memtable as tables, one per event type and time window it touches.</summary>
/// <remarks>
/// Thread contract: one thread. Doing only: nothing is committed here. If it throws, unfinished files are deleted; finished
/// ones are in no manifest and are removed at the next open.
/// </remarks>
internal sealed class FlushJob(
    IFileSystem files, string directory, StoreSchema schema, FileNumbers numbers, TableOptions options, ErasureSet erasures, EntrySorter sorter, long nowMs)
{
    private const int EntriesAhead = 8;

    private readonly List<TableMeta> _tables = [];
    private long _merged;
    private long _dropped;

    public FlushResult Run(MemTable table)
    {
        sorter.Clear();
        table.AddEntriesTo(sorter);
        ReadOnlySpan<EntryKey> entries = sorter.Sort();
        while (!entries.IsEmpty)
        {
            ushort type = entries[0].EventType;
            int count = 1;
            while (count < entries.Length && entries[count].EventType == type)
            {
                count++;
            }

            WriteType(table, schema.EventTypes[type], entries[..count]);
            entries = entries[count..];
        }

        if (_tables.Count > 0)
        {
            files.SyncDirectory(directory);
        }

        return new FlushResult(_tables, table.Rows, _merged, _dropped, _tables.Sum(meta => meta.FileLength));
    }

    private void WriteType(MemTable table, EventTypeSchema type, ReadOnlySpan<EntryKey> entries)
    {
        ColumnType[] columns = [.. type.Columns.Select(column => column.Type)];
        MemRowOrderer orderer = new(columns);
        RowBuffer rows = new(columns);
        using WindowWriters writers = new(files, directory, numbers, type, options);
        do
        {
            for (int i = 0; i < entries.Length; i++)
            {
                // In user order the entries lie anywhere: fetch what comes soon, the entry first, then the chunk it names.
                table.PrefetchEntry(entries[Math.Min(i + (2 * EntriesAhead), entries.Length - 1)]);
                table.PrefetchChunk(entries[Math.Min(i + EntriesAhead, entries.Length - 1)]);
                MemRows entry = table.RowsOf(entries[i]);
                if (entry.Newest >= writers.Oldest && TimeWindow.StartOf(entry.Oldest, type.Window) <= writers.Newest)
                {
                    WriteUser(type, entry, orderer, rows, writers);
                }
            }
        }
        while (writers.FinishSweep(_tables));
    }

    /// <summary>How many of a user's newest rows can ever be read again.</summary>
    private int CountKept(EventTypeSchema type, long erasedTo, ReadOnlySpan<long> times)
    {
        long oldest = Retention.OldestKept(type, nowMs);
        int kept = Math.Min(times.Length, type.KeepLast);
        while (kept > 0 && (times[kept - 1] < oldest || (erasedTo != ErasureSet.NoCutoff && times[kept - 1] <= erasedTo)))
        {
            kept--;
        }

        return kept;
    }

    private void WriteUser(EventTypeSchema type, in MemRows entry, MemRowOrderer orderer, RowBuffer rows, WindowWriters writers)
    {
        rows.Clear();
        int merged = orderer.AppendTo(entry, rows);
        ReadOnlySpan<long> times = rows.Times;
        int kept = CountKept(type, erasures.CutoffOf(entry.User), times);
        if (writers.IsFirstSweep)
        {
            _merged += merged;
            _dropped += rows.Count - kept;
        }

        for (int start = 0; start < kept;)
        {
            long window = TimeWindow.StartOf(times[start], type.Window);
            int count = 1;
            while (start + count < kept && times[start + count] >= window)
            {
                count++;
            }

            writers.Find(window)?.Add(entry.User, rows, start, count);
            start += count;
        }
    }
}
