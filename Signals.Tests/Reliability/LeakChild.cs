using System.Globalization;
using Signals.Storage.Engine.Context;
using Signals.Storage.FileSystem;
using Signals.Tests.Storage.Engine;

namespace Signals.Tests.Reliability;

/// <summary>The process that opens and closes a store many times, and says what it held before and afterwards.</summary>
internal static class LeakChild
{
    private const int Warmup = 200;

    public static Task RunAsync(string path, Durability durability, ulong cycles)
    {
        // With threads of its own where the mode is Buffered: the words that start a child are few.
        EngineOptions options = TestStores.Tiny with
        {
            Durability = Durability.Buffered,
            Background = durability == Durability.Buffered,
            MemTableBytes = 256 << 10,
        };
        for (int i = 0; i < Warmup; i++)
        {
            Cycle(path, options, i);
        }

        ProcessCounts before = ProcessCounts.Take();
        for (int i = Warmup; i < Warmup + (int)cycles; i++)
        {
            Cycle(path, options, i);
        }

        ProcessCounts after = ProcessCounts.Take();
        Console.Write(string.Create(
            CultureInfo.InvariantCulture,
            $"{before.Handles} {before.Threads} {before.NativeBytes} {after.Handles} {after.Threads} {after.NativeBytes}"));
        return Task.CompletedTask;
    }

    /// <summary>What a child said.</summary>
    public static (ProcessCounts Before, ProcessCounts After) Parse(string said)
    {
        long[] figures = [.. said.Split(' ').Select(word => long.Parse(word, CultureInfo.InvariantCulture))];
        return (new((int)figures[0], (int)figures[1], figures[2]), new((int)figures[3], (int)figures[4], figures[5]));
    }

    /// <summary>Opens, appends, reads, closes twice; every tenth time the store is abandoned as by a crash.</summary>
    public static void Cycle(string path, EngineOptions options, int number)
    {
        SignalStore store = SignalStore.Open(FileSystems.ForThisMachine(), path, RoundTripSchema.Define(), options, TimeProvider.System);
        EventBatch batch = store.CreateBatch(RoundTripSchema.EventType, 1);
        batch.Add(UserId.From((ulong)number % 50 + 1), TestStores.Start + number, 1).Set("n", number);
        store.Append(batch);
        store.Engine.Close(abandon: number % 10 == 9);
        store.Dispose();
        Assert.That(() => store.Append(batch), Throws.InstanceOf<ObjectDisposedException>());
    }
}
