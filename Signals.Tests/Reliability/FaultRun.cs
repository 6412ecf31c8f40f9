using Signals.Storage.FileSystem;
using Signals.Tests.Simulation;

namespace Signals.Tests.Reliability;

/// <summary>
/// One workload in which one disk operation fails, once or for ever: the error surfaces; an error of log or manifest has the
/// store refuse writes and go on reading, after one of a table it goes on. What a reopen finds is judged by
/// <see cref="CrashCheck"/>. Threads: one.
/// </summary>
internal sealed class FaultRun(
    Func<SimFileSystem, IFileSystem> mount, Durability durability, ulong seed, int steps, VersionRetention? retention = null)
{
    private const int PowerCuts = 5;

    /// <summary>Crash images that were opened.</summary>
    public int States { get; private set; }

    /// <summary>Runs; returns what is wrong, or null.</summary>
    public string? Verify(int failAt, bool forEver)
    {
        SimFileSystem files = new();
        files.FailAt(failAt, forEver);
        CrashWorkload workload = new(files, mount(files), durability, seed, imports: true, retention);
        try
        {
            workload.Run(steps);
            return files.OperationCount > failAt && !workload.WasTold && !WasMended(files, failAt)
                ? $"{files.Recording().Operations[failAt]} failed and nobody was told"
                : AtTheEnd(workload, files);
        }
        catch (SignalsException e)
        {
            return AfterFault(workload, files) is { } wrong
                ? $"{files.Recording().Operations[failAt]}, thrown as {e.GetType().Name}: {wrong}"
                : null;
        }
        catch (Exception e)
        {
            return $"the failed operation surfaced as {e.GetType().Name}: {e.Message}\n{e.StackTrace}";
        }
    }

    /// <summary>Runs while many operations fail, each of them of the work that is tried again; returns what is wrong, or null.</summary>
    /// <param name="refuses">Which.</param>
    public string? VerifyRefusing(Predicate<SimOperation> refuses)
    {
        SimFileSystem files = new() { Refuses = refuses };
        CrashWorkload workload = new(files, mount(files), durability, seed, imports: true, retention);
        try
        {
            workload.Run(steps);
            return AtTheEnd(workload, files);
        }
        catch (SignalsException e)
        {
            return workload.Store?.FirstError is { } failed
                ? $"an error of tables failed the store: {failed}"
                : AfterFault(workload, files) is { } wrong ? $"thrown as {e.GetType().Name}: {wrong}" : null;
        }
        catch (Exception e)
        {
            return $"the failed operations surfaced as {e.GetType().Name}: {e.Message}\n{e.StackTrace}";
        }
    }

    /// <summary>
    /// A file that could not be deleted when its last reader let go of it is deleted later, or by the next
    /// opening, and nobody needs to be told.
    /// </summary>
    private bool WasMended(SimFileSystem files, int failAt)
    {
        SimRecording run = files.Recording();
        if (run.Operations[failAt] is not { Kind: SimOperationKind.Delete } failed)
        {
            return false;
        }

        SimFileSystem after = new(run.KillImage(run.Operations.Count));
        using (SignalStore.Open(
            mount(after), CrashWorkload.Directory, CrashSchema.Define(),
            CrashSchema.Options(durability) with { Retention = retention }, new SettableTime(CrashWorkload.StartMs)))
        {
            return !after.FileExists(failed.Path);
        }
    }

    /// <summary>The store went on after an error of its tables to a clean end: a reopening finds all of it.</summary>
    private string? AtTheEnd(CrashWorkload workload, SimFileSystem files)
    {
        SimRecording run = files.Recording();
        workload.History.Freeze(run.Operations);
        CrashCheck check = new(workload.History, mount);
        int acked = workload.History.AckedCount;
        string? wrong = check.Verify(
            run.KillImage(run.Operations.Count), acked, workload.History.DurableAt(run.Operations.Count), isKill: true, seed);
        States += check.States;
        return wrong is null ? null : $"after the whole workload: {wrong}";
    }

    private string? AfterFault(CrashWorkload workload, SimFileSystem files)
    {
        string? wrong = null;
        if (workload.Store is { } store)
        {
            workload.CollectAcks();
            int acked = workload.History.AckedCount;
            wrong = workload.IsClosed ? null
                : store.Engine.FailStop.Error is null ? VerifyHealthy(store, workload)
                : VerifyPoisoned(store, workload);
            wrong ??= workload.IsClosed || store.Engine.FailStop.Error is null ? null : VerifyTurns(store, files);
            workload.CollectAcks();
            wrong ??= workload.History.AckedCount > acked ? "an append was acknowledged after the error" : null;
            workload.Release();
            Close(store);
        }

        // The disk works again, and the store is opened from what it holds: at once, or after a power cut.
        SimRecording run = files.Recording();
        CrashHistory history = workload.History;
        history.Freeze(run.Operations);
        CrashCheck check = new(history, mount);
        int end = run.Operations.Count;
        int durable = history.DurableAt(end);
        wrong ??= check.Verify(run.KillImage(end), history.AckedCount, durable, isKill: true, seed);
        for (ulong cut = 0; cut < PowerCuts && wrong is null; cut++)
        {
            wrong = check.Verify(run.CrashImage(end, cut), durable, durable, isKill: false, cut);
        }

        States += check.States;
        return wrong;
    }

    /// <summary>
    /// An import failed for itself alone; or tables cannot be written for ever, and full memtables stopped what waits for nobody.
    /// </summary>
    private static string? VerifyHealthy(SignalStore store, CrashWorkload workload) => workload.IsImporting || store.WorkError is not null
        ? VerifyReads(store, workload.History)
        : "an error that is neither the store's nor of work that is tried again";

    private static string? VerifyPoisoned(SignalStore store, CrashWorkload workload)
    {
        EventBatch batch = store.CreateBatch(CrashSchema.Names[CrashSchema.View], 1);
        CrashSchema.Add(batch, new CrashEvent(0, CrashWorkload.StartMs, 1, [CrashValue.Absent, CrashValue.Absent]));
        string? wrong = Refuses("Append", () => store.Append(batch))
            ?? Refuses("TryAppend", () => store.TryAppend(batch, out _))
            ?? Refuses("AppendAsync", () => store.AppendAsync(batch).AsTask().GetAwaiter().GetResult())
            ?? Refuses("EraseAsync", () => store.EraseAsync(CrashSchema.UserOf(1)).AsTask().GetAwaiter().GetResult())
            ?? Refuses("FlushAsync", () => store.FlushAsync().GetAwaiter().GetResult())
            ?? Refuses("CompactAsync", () => store.CompactAsync().GetAwaiter().GetResult());
        foreach (AppendTicket ticket in workload.Waiting)
        {
            wrong ??= Refuses("the wait for an accepted append", () => store.WaitAsync(ticket).AsTask().GetAwaiter().GetResult());
        }

        return wrong ?? VerifyReads(store, workload.History);
    }

    /// <summary>Threads that nobody told do their work once more: nothing may be committed.</summary>
    private static string? VerifyTurns(SignalStore store, SimFileSystem files)
    {
        int before = files.OperationCount;
        foreach ((string thread, Action turn) in store.Engine.TestTurns)
        {
            try
            {
                turn();
            }
            catch (SignalsException)
            {
                // Refused, or the disk still fails.
            }
            catch (Exception e)
            {
                return $"the {thread} thread, after the error, threw {e.GetType().Name}: {e.Message}";
            }
        }

        SimOperation[] committed = [.. files.Recording().Operations.Skip(before).Where(IsCommit)];
        return committed.Length == 0 ? null : $"a background thread did after the error: {committed[0]}";
    }

    private static bool IsCommit(SimOperation operation) => !operation.Failed && (operation.Kind == SimOperationKind.Delete
        || operation.Path.Contains("MANIFEST-", StringComparison.Ordinal)
        || operation.Path.Contains("VERSIONS-", StringComparison.Ordinal));

    private static string? Refuses(string what, Action write)
    {
        try
        {
            write();
            return $"{what} succeeded after the error";
        }
        catch (StorePoisonedException)
        {
            return null;
        }
        catch (Exception e)
        {
            return $"{what} after the error threw {e.GetType().Name}: {e.Message}";
        }
    }

    /// <summary>Reads show what was acknowledged, and of what was not at most a beginning, in order.</summary>
    private static string? VerifyReads(SignalStore store, CrashHistory history)
    {
        CrashContent content = new();
        content.Read(store, history.Users);
        for (int prefix = history.AckedCount; prefix <= history.Entries.Count; prefix++)
        {
            int events = prefix < history.Entries.Count ? history.Entries[prefix].Events.Length : 0;
            for (int part = 0; part <= Math.Max(0, events - 1); part++)
            {
                if (content.Bytes.SequenceEqual(history.ContentOf(prefix, part)))
                {
                    return null;
                }
            }
        }

        return "reads after the error show neither what was acknowledged nor a continuation of it";
    }

    private static void Close(SignalStore store)
    {
        try
        {
            store.Dispose();
        }
        catch (SignalsException)
        {
            // The disk may still refuse; what matters is what the next open finds.
        }
    }
}
