using Signals.Storage.FileSystem;
using Signals.Tests.Simulation;

namespace Signals.Tests.Reliability;

/// <summary>
/// Judges what a crash left: the store opens, holds a prefix of the entries that contains every promised one and nothing else,
/// takes new appends, opens again, and survives another crash inside the recovery. Threads: one per instance.
/// </summary>
internal sealed class CrashCheck(CrashHistory history, Func<SimFileSystem, IFileSystem> mount)
{
    private static readonly CrashValue[] ProbeColumns = [CrashValue.Of([1, 2, 3, 4]), CrashValue.Null];

    private readonly CrashContent _content = new();

    /// <summary>Crash images that were opened.</summary>
    public int States { get; private set; }

    /// <summary>Checks one disk; returns what is wrong, or null.</summary>
    /// <param name="image">The disk after the crash.</param>
    /// <param name="atLeast">How many entries must be there.</param>
    /// <param name="afterPower">How many of them after a power cut at once; the same, but for a mere kill.</param>
    /// <param name="isKill">Whether the image is that of a killed process: what was read from it may be in the page cache alone.</param>
    /// <param name="seed">Chooses the second crash.</param>
    public string? Verify(SimDisk image, int atLeast, int afterPower, bool isKill, ulong seed)
    {
        try
        {
            return VerifyOrThrow(image, atLeast, afterPower, isKill, seed);
        }
        catch (Exception e)
        {
            return $"{e.GetType().Name}: {e.Message}\n{e.StackTrace}";
        }
    }

    private string? VerifyOrThrow(SimDisk image, int atLeast, int afterPower, bool isKill, ulong seed)
    {
        States++;
        SimFileSystem files = new(image);
        SignalStore store = Open(files);
        int prefix;
        int opened;
        int probed;
        long probe;
        try
        {
            opened = files.OperationCount;
            prefix = history.PrefixOf(store);
            string? wrong = prefix < atLeast
                ? $"{atLeast} entries were promised, {prefix} are there"
                : Compare(store, prefix, hasProbe: false, "after the crash");
            if (wrong is not null)
            {
                return wrong;
            }

            probe = Append(store);
            probed = files.OperationCount;
            wrong = Compare(store, prefix, hasProbe: true, "after an append to the recovered store");
            if (wrong is not null)
            {
                return wrong;
            }
        }
        finally
        {
            store.Engine.Close(abandon: true);
        }

        return VerifyReopen(files, prefix, probe) ?? VerifySecond(
            files.Recording(), opened, probed, prefix, probe, isKill ? afterPower : prefix, seed);
    }

    private string? VerifyReopen(SimFileSystem files, int prefix, long probe)
    {
        SignalStore again = Open(files);
        try
        {
            return again.Engine.Appender.AcceptedPosition.Value != probe
                ? $"the append to the recovered store ended at {probe}, the next open is at {again.Engine.Appender.AcceptedPosition}"
                : Compare(again, prefix, hasProbe: true, "at the second open");
        }
        finally
        {
            again.Engine.Close(abandon: true);
        }
    }

    /// <summary>Power fails at a random operation of the first recovery or of the append after it.</summary>
    private string? VerifySecond(SimRecording recovery, int opened, int probed, int prefix, long probe, int atLeast, ulong seed)
    {
        States++;
        SimRandom random = new(seed ^ 0x5EC0_4D00);
        int cut = random.Below(recovery.Operations.Count + 1);
        ulong survivors = random.Below(3) == 0 ? (ulong)random.Below(4) : random.Next();
        string what = $"after a second crash at operation {cut} of {recovery.Operations.Count} of the recovery, survivors {survivors}";
        SimFileSystem files = new(recovery.CrashImage(cut, survivors), record: false);
        SignalStore store = Open(files);
        try
        {
            long position = store.Engine.Appender.AcceptedPosition.Value;
            bool hasProbe = position == probe;
            int found = hasProbe ? prefix : history.PrefixOf(store);
            int promised = cut >= opened ? prefix : atLeast;
            if (found < promised || found > prefix)
            {
                return $"{promised} to {prefix} entries were promised, {found} are there {what}";
            }

            if (!hasProbe && cut >= probed && history.Durability == Durability.Synced)
            {
                return $"the acknowledged append to the recovered store is lost {what}";
            }

            return Compare(store, found, hasProbe, what);
        }
        finally
        {
            store.Engine.Close(abandon: true);
        }
    }

    private SignalStore Open(SimFileSystem files) =>
        SignalStore.Open(
            mount(files), CrashWorkload.Directory, CrashSchema.Define(),
            CrashSchema.Options(history.Durability) with { Retention = history.Retention }, history.Time);

    /// <summary>One event of a user of its own.</summary>
    private long Append(SignalStore store)
    {
        EventBatch batch = store.CreateBatch(CrashSchema.Names[CrashSchema.View], 1);
        CrashSchema.Add(batch, new CrashEvent(history.Users.Length, history.Time.NowMs, 7, ProbeColumns));
        AppendTicket ticket = store.Append(batch);
        store.Engine.RunPending();
        return store.WaitAsync(ticket).AsTask().IsCompletedSuccessfully
            ? ticket.Position
            : throw new InvalidOperationException("the append to the recovered store is not acknowledged");
    }

    private string? Compare(SignalStore store, int prefix, bool hasProbe, string when)
    {
        _content.Read(store, history.Users);
        if (!_content.Bytes.SequenceEqual(history.Content(prefix)))
        {
            string[] found = CrashContent.Describe(_content.Bytes);
            string[] expected = CrashContent.Describe(history.Content(prefix));
            return $"the content is not that of the first {prefix} entries {when};\n missing: "
                + $"{string.Join("\n  ", expected.Except(found).Take(8))}\n wrong: {string.Join("\n  ", found.Except(expected).Take(8))}";
        }

        using Sequence probe = store.Read(CrashSchema.UserOf(history.Users.Length), store.Query(CrashSchema.Names).Columns().Build());
        return probe.Count == (hasProbe ? 1 : 0) ? null : $"the append to the recovered store is there {probe.Count} times {when}";
    }
}
