using NUnit.Framework.Constraints;

namespace Signals.Tests.Reliability;

/// <summary>
/// A real disk fills up: the log's error is typed and ends the store, a flush's holds appends back; reads go on, nothing acknowledged is
/// lost, and with room again the store resumes.
/// </summary>
[Category("Reliability")]
[NonParallelizable]
internal sealed class DiskFullTests
{
    private const int MostEntries = 100_000;

    // Longer than an append with room takes on a busy machine.
    private static readonly TimeSpan StandsStill = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private SmallDisk _disk = null!;

    private static IResolveConstraint IsFull =>
        Is.TypeOf<FileOperationException>().With.Property(nameof(FileOperationException.Error)).StartsWith("ENOSPC");

    [SetUp]
    public void SetUp() => _disk = SmallDisk.Mount(megabytes: 4);

    [TearDown]
    public void TearDown() => _disk?.Dispose();

    /// <summary>No memtable fills up before the disk does, so that the log is what meets it.</summary>
    [TestCase(Durability.Buffered)]
    [TestCase(Durability.Synced)]
    public async Task Append_UntilTheDiskIsFull_StopsTypedAndResumesWithRoom(Durability durability)
    {
        (long acked, StorePoisonedException? stopped) = await FillAndResumeAsync(durability, memTableBytes: 8 << 20);
        Assert.That(stopped?.InnerException, IsFull, $"{acked} entries");
    }

    /// <summary>
    /// Log and flushes share the room. A log that is prepared ahead may take the last of it, and then it is a flush that finds none:
    /// appends wait, and go on by themselves with room again.
    /// </summary>
    [TestCase(Durability.Buffered)]
    [TestCase(Durability.Synced)]
    public async Task Append_UntilTheDiskIsFullOfLogsAndTables_StopsTypedOrWaitsForRoom(Durability durability)
    {
        (long acked, StorePoisonedException? stopped) = await FillAndResumeAsync(durability, memTableBytes: 64 << 10);
        Assert.That(stopped is null || stopped.InnerException is FileOperationException, $"{acked} entries: {stopped}");
    }

    /// <summary>The entries acknowledged until the disk was full, and what stopped the store, unless appends waited.</summary>
    private async Task<(long Acked, StorePoisonedException? Stopped)> FillAndResumeAsync(Durability durability, int memTableBytes)
    {
        _disk.Fill(3 << 20);
        string path = Path.Combine(_disk.Path, "store");
        (long acked, StorePoisonedException? stopped) result;
        await using (SignalStore store = KillSchema.Open(path, durability, memTableBytes: memTableBytes))
        {
            result = await AppendUntilFullAsync(store);
            Assert.That(KillSchema.VerifyPrefix(store, whole: result.acked), Is.AtLeast(result.acked), "reads go on");
        }

        _disk.Free();
        await using SignalStore again = KillSchema.Open(path, durability);
        long found = KillSchema.VerifyPrefix(again);
        Assert.That(found, Is.AtLeast(result.acked));
        EventBatch next = again.CreateBatch(KillSchema.EventType, KillSchema.MaxEvents);
        KillSchema.Fill(next, found + 1);
        await again.AppendAsync(next);
        Assert.That(KillSchema.VerifyPrefix(again), Is.EqualTo(found + 1));
        string what = result.stopped is null ? "appends waited" : "stopped";
        TestContext.Out.WriteLine($"{durability}: full after {result.acked} entries, {what}, 0 lost");
        return result;
    }

    private async Task<(long Acked, StorePoisonedException? Stopped)> AppendUntilFullAsync(SignalStore store)
    {
        EventBatch batch = store.CreateBatch(KillSchema.EventType, KillSchema.MaxEvents);
        for (long acked = 0; acked < MostEntries; acked++)
        {
            KillSchema.Fill(batch, acked + 1);
            Task<AppendAck>? appended = null;
            try
            {
                appended = store.AppendAsync(batch).AsTask();
                await appended.WaitAsync(StandsStill);
            }
            catch (TimeoutException)
            {
                Assert.That(store.WorkError, IsFull, "an append stands still for no reason");
                Assert.That(KillSchema.VerifyPrefix(store, whole: acked), Is.AtLeast(acked), "reads go on");
                _disk.Free();
                await appended!.WaitAsync(Patience);
                return (acked + 1, null);
            }
            catch (StorePoisonedException error)
            {
                Assert.That(async () => await store.AppendAsync(batch), Throws.TypeOf<StorePoisonedException>());
                return (acked, error);
            }
        }

        throw new AssertionException($"The disk is not full after {MostEntries} entries.");
    }
}
