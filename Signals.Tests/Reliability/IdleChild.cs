using System.Globalization;
using Signals.Tests.Storage.Engine;

namespace Signals.Tests.Reliability;

/// <summary>The process that opens many small stores, and says what each of them takes: bytes of memory, then bytes on disk.</summary>
internal static class IdleChild
{
    private const int Stores = 24;

    private static readonly StoreSchema Schema = StoreSchema.Define(schema => schema.EventType("e", type => type.Field<long>("a")));

    public static Task RunAsync(string path, Durability durability, ulong events)
    {
        Open(path, "warm", durability, events).Dispose();
        long before = ResidentBytes();
        SignalStore[] stores =
            [.. Enumerable.Range(0, Stores).Select(i => Open(path, i.ToString(CultureInfo.InvariantCulture), durability, events))];
        long each = (ResidentBytes() - before) / Stores;
        long onDisk = Directory.EnumerateFiles(stores[0].Folder).Sum(file => new FileInfo(file).Length);
        Array.ForEach(stores, store => store.Dispose());
        Console.Write(string.Create(CultureInfo.InvariantCulture, $"{each} {onDisk}"));
        return Task.CompletedTask;
    }

    private static long ResidentBytes()
    {
        GC.Collect();
        string pages = File.ReadAllText("/proc/self/statm").Split(' ')[1];
        return long.Parse(pages, CultureInfo.InvariantCulture) * Environment.SystemPageSize;
    }

    private static SignalStore Open(string path, string name, Durability durability, ulong events)
    {
        SignalStore store = SignalStore.Open(Path.Combine(path, name), Schema, new StoreOptions { Durability = durability });
        EventBatch batch = store.CreateBatch("e");
        for (ulong i = 0; i < events; i++)
        {
            batch.Add(UserId.From(i % 100 + 1), TestStores.Start - 1 - (long)i, i).Set("a", (long)i);
        }

        if (events > 0)
        {
            store.Append(batch);
        }

        return store;
    }
}
