using Signals.Storage.FileSystem;
using Signals.Tests.Simulation;

namespace Signals.Tests.Reliability;

/// <summary>
/// One workload whose lock file somebody deletes after some step; another process then opens the store and writes, and the first
/// goes on. What was acknowledged by either is there in the end. Threads: one.
/// </summary>
internal sealed class LockLossRun(Func<SimFileSystem, IFileSystem> mount, Durability durability, ulong seed)
{
    private static readonly Action<SignalStore>[] Attempts =
    [
        store => Append(store, 1, 100),
        store => store.FlushAsync().GetAwaiter().GetResult(),
        store => store.CompactAsync().GetAwaiter().GetResult(),
        Erase,
        store => store.DeclareComplete(CrashSchema.Names[CrashSchema.View], DateTimeOffset.FromUnixTimeMilliseconds(CrashWorkload.StartMs)),
    ];

    /// <summary>How many different first attempts there are after the loss.</summary>
    public static int AttemptCount => Attempts.Length;

    /// <summary>Runs; returns what is wrong, or null.</summary>
    public string? Verify(int steps, int attempt)
    {
        SimFileSystem files = new(record: false);
        CrashWorkload workload = new(files, mount(files), durability, seed);
        try
        {
            workload.RunOpen(steps);
            SignalStore first = workload.Store!;
            files.BreakLocks();
            Append(first, 1, 1_000); // of the loss nothing is known before the first write
        }
        catch (SignalsException)
        {
            // It was noticed, which is right.
        }

        SettableTime time = new(CrashWorkload.StartMs + 1_000 * CrashWorkload.HourMs);
        using SignalStore second = SignalStore.Open(
            mount(files), CrashWorkload.Directory, CrashSchema.Define(), CrashSchema.Options(durability), time);
        Append(second, 2, 2_000);
        string? wrong = null;
        foreach (Action<SignalStore> act in Attempts.Skip(attempt).Concat(Attempts.Take(attempt)))
        {
            wrong ??= Refuses(workload.Store!, act) ? null : "the store that lost its lock went on writing";
        }

        workload.Store!.Engine.Close();
        Append(second, 3, 3_000);
        second.FlushAsync().GetAwaiter().GetResult();
        second.CompactAsync().GetAwaiter().GetResult();
        second.Dispose();
        using SignalStore third = SignalStore.Open(
            mount(files), CrashWorkload.Directory, CrashSchema.Define(), CrashSchema.Options(durability), time);
        bool isWhole = Has(third, 2_000) && Has(third, 3_000) && third.Verify().IsIntact;
        return wrong ?? (isWhole ? null : "an acknowledged event of the second process is gone");
    }

    private static bool Refuses(SignalStore store, Action<SignalStore> act)
    {
        try
        {
            act(store);
            return false;
        }
        catch (StorePoisonedException)
        {
            return store.FirstError is StoreLockLostException;
        }
    }

    private static bool Has(SignalStore store, ulong id)
    {
        using var sequence = store.Read(UserId.From(99UL), store.Query(CrashSchema.Names[CrashSchema.View]).Columns().Build());
        return sequence.Ids.Contains(id);
    }

    private static void Append(SignalStore store, ulong count, ulong id)
    {
        EventBatch batch = store.CreateBatch(CrashSchema.Names[CrashSchema.View], 1);
        for (ulong i = 0; i < count; i++)
        {
            batch.Add(UserId.From(99UL), CrashWorkload.StartMs + (long)(id + i), id + i);
        }

        store.Append(batch);
        store.Engine.RunPending();
    }

    // The store has no threads: what the call waits for is done here.
    private static void Erase(SignalStore store)
    {
        Task erased = store.EraseAsync(UserId.From(1UL)).AsTask();
        store.Engine.RunPending();
        erased.GetAwaiter().GetResult();
    }
}
