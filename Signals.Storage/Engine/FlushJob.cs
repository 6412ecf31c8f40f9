using Signals.Core.Columns;
using Signals.Core.Model;
using Signals.Core.Schema;
using Signals.Storage.Compaction;
using Signals.Storage.FileSystem;
using Signals.Storage.MemTables;
using Signals.Storage.Primitives;
using Signals.Storage.Tables;
using Signals.Storage.Versions;

namespace Signals.Storage.Engine;

/// <summary>Writes a frozen memtable as tables: of each event type as few as its rows deserve by time, see <see cref="WindowCut"/>.</summary>
/// <remarks>
/// Thread contract: one thread. Doing only: nothing is committed here. If it throws, no file is left: a flush that is tried again
/// writes others, and never syncs a file again whose sync failed. It holds at most <see cref="WindowCut.MostTables"/> files open.
/// </remarks>
internal sealed class FlushJob(
    IFileSystem files, string directory, StoreSchema schema, FileNumbers numbers, TableOptions options, ErasureSet erasures, EntrySorter sorter, long nowMs,
    long windowBytes, FilePins pins)
{
    private const int EntriesAhead = 8;
    private const int SampledEntries = 16_384;

    private readonly List<TableMeta> _tables = [];
    private long _merged;
    private long _dropped;

    public FlushResult Run(MemTable table)
    {
        try
        {
            return Write(table);
        }
        catch
        {
            pins.Discard(_tables.Select(meta => StoreFiles.Table(meta.Number)));
            throw;
        }
    }

    private FlushResult Write(MemTable table)
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
        MergeTarget target = new(files, directory, numbers.Next, type, options, windowBytes) { Discard = pins.Discard };
        using WindowTables output = new(target, TableRun.Streamed, Cut(table, type, entries));
        for (int i = 0; i < entries.Length; i++)
        {
            // In user order the entries lie anywhere: fetch what comes soon, the entry first, then the chunk it names.
            table.PrefetchEntry(entries[Math.Min(i + (2 * EntriesAhead), entries.Length - 1)]);
            table.PrefetchChunk(entries[Math.Min(i + EntriesAhead, entries.Length - 1)]);
            WriteUser(type, table.RowsOf(entries[i]), orderer, rows, output);
        }

        _tables.AddRange(output.Finish());
    }

    // A sample of the users tells where the rows lie, in the memory that they take: more than they will in a file.
    private long[] Cut(MemTable table, EventTypeSchema type, ReadOnlySpan<EntryKey> entries)
    {
        WindowHistogram histogram = new(type.Window);
        int sampled = Math.Min(entries.Length, SampledEntries);
        for (long i = 0; i < sampled; i++)
        {
            table.PrefetchEntry(entries[(int)(Math.Min(i + EntriesAhead, sampled - 1) * entries.Length / sampled)]);
            table.RowsOf(entries[(int)(i * entries.Length / sampled)]).CountInto(histogram, type.Window);
        }

        double bytesPerRow = (double)table.Arena.Used / table.Rows * entries.Length / sampled;
        return WindowCut.Of(histogram, type.Window, windowBytes / bytesPerRow);
    }

    /// <summary>How many of a user's newest rows can ever be read again.</summary>
    private int CountKept(EventTypeSchema type, long erasedTo, ReadOnlySpan<long> times)
    {
        long oldest = Retention.OldestKept(type, nowMs);
        int kept = Math.Min(times.Length, type.KeepLast);
        while (kept > 0 && (times[kept - 1] < oldest || (erasedTo != ErasureSet.NoCutoff && times[kept - 1] <= (PlantedBugs.Has(PlantedBugs.FlushKeepsTheCutoff) ? erasedTo - 1 : erasedTo))))
        {
            kept--;
        }

        return kept;
    }

    private void WriteUser(EventTypeSchema type, in MemRows entry, MemRowOrderer orderer, RowBuffer rows, WindowTables output)
    {
        rows.Clear();
        _merged += orderer.AppendTo(entry, rows);
        int kept = CountKept(type, erasures.CutoffOf(entry.User), rows.Times);
        _dropped += rows.Count - kept;
        if (kept > 0)
        {
            output.Add(entry.User, rows, 0, kept);
        }
    }
}
