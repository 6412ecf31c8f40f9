using Signals.Offline;

namespace Signals.Tests.Storage.Engine.Importing;

/// <summary>How many handles a store holds. Threads: one; counts those of its own folder alone.</summary>
[Category("Fast")]
[NonParallelizable]
internal sealed class SegmentHandleTests
{
    private const int Windows = 30;

    private string _folder = null!;

    [SetUp]
    public void SetUp() => _folder = Directory.CreateTempSubdirectory("signals-").FullName;

    [TearDown]
    public void TearDown() => Directory.Delete(_folder, recursive: true);

    [Test]
    [Platform("Linux")]
    public async Task Import_SegmentOfManyWindows_HoldsOneHandle([Values] bool reopen)
    {
        string segment = Path.Combine(_folder, "in.segment");
        using (SegmentWriter writer = SegmentWriter.Create(segment, ImportStore.Schema["view"], new SegmentOptions { Generation = 1 }))
        {
            for (int day = 0; day < Windows; day++)
            {
                writer.Insert(UserId.From(1), ImportStore.TimeOf(-24 * day), 1).Set("score", ImportStore.Score(1, -24 * day));
            }

            writer.Finish();
        }

        SignalStore store = SignalStore.Open(Path.Combine(_folder, "store"), ImportStore.Schema);
        await store.ImportAsync(segment);
        if (reopen)
        {
            await store.DisposeAsync();
            store = SignalStore.Open(Path.Combine(_folder, "store"), ImportStore.Schema);
        }

        await using (store)
        {
            Assert.That(ImportStore.Hours(store, 1), Has.Length.EqualTo(Windows));
            Assert.That(Handles(), Is.EqualTo(1));
        }

        Assert.That(Handles(), Is.Zero);
    }

    private int Handles() => Directory.GetFiles("/proc/self/fd")
        .Select(link => new FileInfo(link).LinkTarget)
        .Count(target => target is not null && target.StartsWith(_folder, StringComparison.Ordinal)
            && target.EndsWith(".seg", StringComparison.Ordinal));
}
