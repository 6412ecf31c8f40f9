using System.Runtime.CompilerServices;
using Signals.Core.Columns;
using Signals.Core.Model;
using Signals.Storage.Compaction;
using Signals.Storage.Engine.Views;
using Signals.Storage.MemTables;
using Signals.Storage.Primitives;
using Signals.Storage.Tables;
using Signals.Storage.Versions;

namespace Signals.Storage.Engine.Flushing;

/// <summary>
/// Writes a frozen memtable as tables: for each event type as few as <see cref="WindowCut"/> allows for the times of its rows.
/// </summary>
/// <remarks>
/// Thread contract: one thread. It commits nothing. If it throws, no file is left: a flush that is tried again writes other files, so a
/// file whose sync failed is never synced again. At most <see cref="WindowCut.MostTables"/> files are open at once. Lifetime: one flush.
/// Its memory is native and is given back at the end.
/// </remarks>
internal sealed class FlushJob(TableFactory factory, ErasureSet erasures, FilePins pins, DiskLimits limits)
{
    private const int EntriesAhead = 8;
    private const int SampledEntries = 16_384;

    private readonly List<TableMeta> _tables = [];
    private long _merged;
    private long _dropped;

    /// <summary>Writes the memtable and makes the tables durable.</summary>
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

    [MethodImpl(Compile.InFull)]
    private FlushResult Write(MemTable table)
    {
        using OwnedMemory memory = new();
        EntrySorter sorter = new(memory);
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

            WriteType(table, limits[type], entries[..count]);
            entries = entries[count..];
        }

        if (_tables.Count > 0)
        {
            factory.SyncFolder();
        }

        return new FlushResult(_tables, table.Rows, _merged, _dropped, _tables.Sum(meta => meta.FileLength));
    }

    [MethodImpl(Compile.InFull)]
    private void WriteType(MemTable table, EventTypeSchema type, ReadOnlySpan<EntryKey> entries)
    {
        ColumnType[] columns = [.. type.Columns.Select(column => column.Type)];
        using OwnedMemory memory = new();
        MemRowOrderer orderer = new(columns, memory);
        RowBuffer rows = new(columns, memory: memory);
        using WindowTables output = new(factory.TargetOf(type), RowDefaults.Streamed, Cut(table, type, entries));
        for (int i = 0; i < entries.Length; i++)
        {
            // Entries in the order of users lie anywhere in memory. So the next ones are fetched ahead: the entry first, then the
            // chunk that it names.
            table.PrefetchEntry(entries[Math.Min(i + (2 * EntriesAhead), entries.Length - 1)]);
            table.PrefetchChunk(entries[Math.Min(i + EntriesAhead, entries.Length - 1)]);
            WriteUser(type, table.RowsOf(entries[i]), orderer, rows, output);
        }

        _tables.AddRange(output.Finish());
    }

    // A sample of the users tells how the rows are spread over time. Rows are counted with the memory that they take, which is more than
    // they take in a file.
    [MethodImpl(Compile.InFull)]
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
        return WindowCut.FindCuts(histogram, type.Window, factory.WindowBytes / bytesPerRow);
    }

    /// <summary>How many of a user's newest rows can ever be read again.</summary>
    [MethodImpl(Compile.InFull)]
    private int CountKept(EventTypeSchema type, long erasedTo, ReadOnlySpan<long> times)
    {
        long oldest = limits.OldestKept(type.Id);
        int kept = Math.Min(times.Length, type.KeepLast);
        long erased = PlantedBugs.Has(PlantedBugs.FlushKeepsTheCutoff) ? erasedTo - 1 : erasedTo;
        while (kept > 0 && (times[kept - 1] < oldest || (erasedTo != ErasureSet.NoCutoff && times[kept - 1] <= erased)))
        {
            kept--;
        }

        return kept;
    }

    [MethodImpl(Compile.InFull)]
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
