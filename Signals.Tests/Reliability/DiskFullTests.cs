namespace Signals.Tests.Reliability;

/// <summary>
/// A real disk fills up: a typed error, reads go on, nothing acknowledged is lost, and with room again the store resumes.
/// </summary>
[Category("Reliability")]
[NonParallelizable]
internal sealed class DiskFullTests
{
    private const int MostEntries = 100_000;

    private SmallDisk _disk = null!;

    [SetUp]
    public void SetUp() => _disk = SmallDisk.Mount(megabytes: 4);

    [TearDown]
    public void TearDown() => _disk?.Dispose();

    [TestCase(Durability.Buffered)]
    [TestCase(Durability.Synced)]
    public async Task Append_UntilTheDiskIsFull_StopsTypedAndResumesWithRoom(Durability durability)
    {
        _disk.Fill(3 << 20);
        string path = Path.Combine(_disk.Path, "store");
        SignalStore store = KillSchema.Open(path, durability);
        long acked = 0;
        Exception? stopped = null;
        EventBatch batch = store.CreateBatch(KillSchema.EventType, KillSchema.MaxEvents);
        for (long entry = 1; entry <= MostEntries && stopped is null; entry++)
        {
            try
            {
                KillSchema.Fill(batch, entry);
                await store.AppendAsync(batch);
                acked = entry;
            }
            catch (Exception error)
            {
                stopped = error;
            }
        }

        Assert.That(stopped, Is.TypeOf<StorePoisonedException>());
        Assert.That(stopped!.InnerException, Is.TypeOf<FileOperationException>().With.Property("Error").StartsWith("ENOSPC"));
        Assert.That(KillSchema.VerifyPrefix(store, whole: acked), Is.AtLeast(acked), "reads go on");
        Assert.That(async () => await store.AppendAsync(batch), Throws.TypeOf<StorePoisonedException>());
        await store.DisposeAsync();

        _disk.Free();
        await using SignalStore again = KillSchema.Open(path, durability);
        long found = KillSchema.VerifyPrefix(again);
        Assert.That(found, Is.AtLeast(acked));
        KillSchema.Fill(batch = again.CreateBatch(KillSchema.EventType, KillSchema.MaxEvents), found + 1);
        await again.AppendAsync(batch);
        Assert.That(KillSchema.VerifyPrefix(again), Is.EqualTo(found + 1));
        TestContext.Out.WriteLine($"{durability}: full after {acked} entries, 0 lost");
    }
}
