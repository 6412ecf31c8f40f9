using System.Globalization;
using Signals.Offline;
using Signals.Parquet;

namespace Signals.Tests.Parquet;

/// <summary>A process of its own that exports or imports and prints by how much its memory grew, in KiB.</summary>
internal static class LakeChild
{
    /// <summary>The word that starts it.</summary>
    public const string Word = "lake-child";

    /// <summary>What the parent makes: events with a vector of this many floats.</summary>
    public const int Dimensions = 64;

    public static StoreSchema Schema { get; } =
        StoreSchema.Define(schema => schema.EventType("view", type => type.Field<long>("item").Vector<float>("vector", Dimensions)));

    /// <summary>Exports a store with a budget, or imports a folder.</summary>
    public static int Run(string what, string from, string to, string budgetBytes)
    {
        long budget = long.Parse(budgetBytes, CultureInfo.InvariantCulture);
        if (what == "export")
        {
            using SignalStore store = SignalStore.Open(from, Schema, new StoreOptions { BlockCacheBytes = 8 << 20 });
            long before = Read("VmHWM");
            ParquetExportOptions options = new() { Folder = to, MemoryBudgetBytes = budget };
            ParquetExporter.ExportAsync(store, options).GetAwaiter().GetResult();
            Console.WriteLine(Read("VmHWM") - before);
        }
        else
        {
            long before = Read("VmHWM");
            ParquetImportOptions options = new()
            {
                Path = from,
                EventType = "view",
                Segment = new SegmentOptions { Generation = 1, MemoryBudgetBytes = budget },
            };
            ParquetImporter.WriteSegmentsAsync(Schema["view"], to, "s", options).GetAwaiter().GetResult();
            Console.WriteLine(Read("VmHWM") - before);
        }

        return 0;
    }

    private static long Read(string name) => long.Parse(
        File.ReadLines("/proc/self/status").First(line => line.StartsWith(name, StringComparison.Ordinal))[(name.Length + 1)..]
            .Replace("kB", "", StringComparison.Ordinal).Trim(),
        CultureInfo.InvariantCulture);
}
