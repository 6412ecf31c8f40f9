using System.Diagnostics;
using System.Globalization;
using Signals.Offline;
using Signals.Parquet;

namespace Signals.Bench.Lake;

/// <summary>The steps of the measurement. One thread.</summary>
internal sealed class LakeSteps(string folder, LakeWorkload workload)
{
    /// <summary>Makes the store that is exported: flushed and compacted.</summary>
    public void Fill()
    {
        using SignalStore store = SignalStore.Open(Path.Combine(folder, "from"), workload.Schema);
        workload.Fill(store);
        store.FlushAsync().GetAwaiter().GetResult();
        store.CompactAsync().GetAwaiter().GetResult();
    }

    /// <summary>The folder of an export.</summary>
    public string FilesOf(ParquetPartition partition) => Path.Combine(folder, "lake-" + partition);

    /// <summary>Exports and prints the rate.</summary>
    /// <returns>The rows.</returns>
    public long Export(ParquetPartition partition)
    {
        using SignalStore store = SignalStore.Open(Path.Combine(folder, "from"), workload.Schema);
        long before = PeakKiB();
        long started = Stopwatch.GetTimestamp();
        ParquetExportResult result = ParquetExporter.ExportAsync(
            store, new ParquetExportOptions { Folder = FilesOf(partition), Partition = partition }).GetAwaiter().GetResult();
        Print(
            $"out, partition {partition}", result.Rows, started,
            $"{result.Bytes / (double)result.Rows:F1} bytes a row, {result.Files.Count} files, peak memory {before} to {PeakKiB()} KiB");
        return result.Rows;
    }

    /// <summary>Imports into a new store, reads one user of it, and prints the rate.</summary>
    /// <returns>The rows that reads see.</returns>
    public long Import(ParquetPartition partition)
    {
        using SignalStore store = SignalStore.Open(Path.Combine(folder, "to-" + partition), workload.Schema);
        long before = PeakKiB();
        long started = Stopwatch.GetTimestamp();
        ParquetImportResult result = ParquetImporter.ImportAsync(store, new ParquetImportOptions
        {
            Path = FilesOf(partition),
            EventType = "view",
            Segment = new SegmentOptions { Generation = 1 },
        }).GetAwaiter().GetResult();
        Print(
            $"in, partition {partition}", result.Rows, started,
            $"{result.Segments.Sum(segment => segment.FileBytes) / (double)result.Rows:F1} bytes a row, "
            + $"{result.Segments.Count} segments, {result.Segments.Sum(segment => segment.SpilledRuns)} spills, "
            + $"peak memory {before} to {PeakKiB()} KiB");
        return store.GetTables().Sum(table => table.Rows);
    }

    /// <summary>Prints a line with a rate.</summary>
    public static void Print(string what, long rows, long started, string more)
    {
        double seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{what,-24} {rows / seconds / 1e6,6:F2} M rows/s  {more}"));
    }

    private static long PeakKiB()
    {
        using Process own = Process.GetCurrentProcess();
        return own.PeakWorkingSet64 / 1024;
    }
}
