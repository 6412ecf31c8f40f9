namespace Signals.Tests.Reliability;

/// <summary>
/// Everything at once on little memory and a disk that fills up: appends, reads, leases held for long, flushes, compactions, checkpoints,
/// verifications, imports, erasures and kept versions, and closes that interrupt. Errors are typed, memory and handles stay
/// bounded, and with room again the store goes on with all that it had acknowledged.
/// </summary>
[Category("Reliability")]
[NonParallelizable]
internal sealed class SoakTests
{
    private const int Rounds = 4;
    private const int EntriesPerRound = 400;
    private const int HandlesOfTheRuntime = 12;

    /// <summary>What the runtime may take on the way; the budgets of the store itself are a few MiB.</summary>
    private const long Slack = 96 << 20;

    private static readonly VersionRetention Kept =
        new() { Age = TimeSpan.FromSeconds(1), MaxBytes = 1 << 20, Granularity = TimeSpan.FromMilliseconds(100) };

    private SmallDisk _disk = null!;

    [SetUp]
    public void SetUp() => _disk = SmallDisk.Mount(megabytes: 48);

    [TearDown]
    public void TearDown() => _disk?.Dispose();

    [TestCase(Durability.Buffered)]
    [TestCase(Durability.Synced)]
    public void Everything_OnAFullDiskAndLittleMemory_StaysBoundedAndLosesNothing(Durability durability)
    {
        string path = Path.Combine(_disk.Path, "store");
        long acked = 0;
        int failures = 0;
        ProcessCounts first = default;
        ProcessCounts last = default;
        SoakTally tally = new();
        for (int round = 0; round < TestScale.Of(Rounds); round++)
        {
            using (SignalStore store = KillSchema.Open(path, durability, Kept))
            {
                long found = KillSchema.VerifyPrefix(store);
                Assert.That(found, Is.AtLeast(acked), $"round {round}");
                SoakRound run = new(store, _disk, tally, found, round);
                acked = run.Run(EntriesPerRound);
                failures += run.WasFull ? 1 : 0;
                Assert.That(KillSchema.VerifyPrefix(store, whole: acked), Is.AtLeast(acked), $"round {round}: reads go on");
                CloseAnyhow(store);
            }

            _disk.Free();
            last = ProcessCounts.Take();
            first = round == 0 ? last : first;
            Assert.That(last.Handles, Is.AtMost(first.Handles + HandlesOfTheRuntime), $"round {round}");
            Assert.That(last.NativeBytes, Is.AtMost(first.NativeBytes + Slack), $"round {round}");
        }

        using SignalStore end = KillSchema.Open(path, durability, Kept);
        Assert.That(KillSchema.VerifyPrefix(end), Is.AtLeast(acked));
        Assert.That(end.Verify().Problems, Is.Empty);
        TestContext.Out.WriteLine(
            $"{durability}: {acked} entries, full {failures} times, {tally}, handles {first.Handles} to {last.Handles}, "
                + $"native memory {first.NativeBytes >> 20} to {last.NativeBytes >> 20} MiB");
        Assert.That(failures, Is.EqualTo(TestScale.Of(Rounds) - ((TestScale.Of(Rounds) + 1) / 2)), "every second round the disk fills up");
        tally.AssertEverythingHappened();
    }

    /// <summary>Closes while a compaction is under way, twice at once.</summary>
    private static void CloseAnyhow(SignalStore store)
    {
        Task compaction = Task.Run(() => store.CompactAsync());
        Task other = Task.Run(store.Dispose);
        foreach (Action end in new Action[] { store.Dispose, other.GetAwaiter().GetResult, compaction.GetAwaiter().GetResult })
        {
            try
            {
                end();
            }
            catch (Exception error) when (error is SignalsException or ObjectDisposedException)
            {
                // The disk is full, or the closing came first; what matters is what the next open finds.
            }
        }
    }
}
