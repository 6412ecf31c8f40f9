using Signals.Offline;
using Signals.Tests.Simulation;
using Signals.Tests.Storage.Segments;

namespace Signals.Tests.Storage.Engine;

/// <summary>What was declared and corrected is kept, and part of every answer.</summary>
[Category("Fast")]
internal sealed class CompletenessTests
{
    private readonly ManualTime _time = new(TestStores.Start + 1000 * SegmentSample.Hour);
    private SimFileSystem _files = null!;

    [SetUp]
    public void SetUp() => _files = ImportStore.NewFiles();

    [Test]
    public void DeclareComplete_LaterAndEarlierTimes_OnlyRises([Values] bool reopen)
    {
        SignalStore store = Open();
        Assert.That(store.GetCompleteness("view").CompleteUpToMs, Is.Null);
        store.DeclareComplete("view", DateTimeOffset.FromUnixTimeMilliseconds(2000));
        store.DeclareComplete("view", DateTimeOffset.FromUnixTimeMilliseconds(1000));
        if (reopen)
        {
            store.Dispose();
            store = Open();
        }

        using (store)
        {
            Assert.That(store.GetCompleteness("view").CompleteUpToMs, Is.EqualTo(2000));
            Assert.That(store.GetCompleteness("click").CompleteUpToMs, Is.Null);
            Assert.That(() => store.DeclareComplete("other", DateTimeOffset.UnixEpoch), Throws.ArgumentException);
        }
    }

    [Test]
    public async Task Import_CorrectedDays_ShowTheLatestGenerationOfEachDay([Values] bool reopen)
    {
        SignalStore store = Open();
        await ImportAsync(store, generation: 5, first: 1, last: 10);
        await ImportAsync(store, generation: 9, first: 4, last: 5);
        await ImportAsync(store, generation: 3, first: 8, last: 12);
        await ImportAsync(store, generation: 9, first: 6, last: 6);
        await ImportAsync(store, generation: 1, first: 20, last: 20);
        if (reopen)
        {
            store.Dispose();
            store = Open();
        }

        using (store)
        {
            Completeness completeness = store.GetCompleteness("view");
            Assert.That(
                completeness.Corrected.Select(c => (c.Days.First.Day, c.Days.Last.Day, c.Generation)),
                Is.EqualTo(new[] { (1, 3, 5L), (4, 6, 9L), (7, 10, 5L), (11, 12, 3L), (20, 20, 1L) }));
            Assert.That(completeness.GenerationOf(Day(6)), Is.EqualTo(9));
            Assert.That(completeness.GenerationOf(Day(13)), Is.Null);
        }
    }

    [Test]
    public async Task Import_CorrectedDaysWithoutRows_AreStatedAndLeaveNoFile([Values] bool reopen, [Values] bool move)
    {
        SignalStore store = Open();
        ImportStore.Append(store, 1, 7);
        ImportStore.Write(_files, [], generation: 4, days: new DayRange(Day(2), Day(3)));
        ImportResult result = await store.ImportAsync(ImportStore.Segment, new ImportOptions { Move = move });
        Assert.That((result.Events, result.Patches, result.SourceRemoved), Is.EqualTo((Events: 0L, Patches: 0L, SourceRemoved: move)));
        if (reopen)
        {
            store.Dispose();
            store = Open();
        }

        using (store)
        {
            Assert.That(store.GetCompleteness("view").GenerationOf(Day(3)), Is.EqualTo(4));
            Assert.That(store.GetCompleteness("view").GenerationOf(Day(4)), Is.Null);
            Assert.That(ImportStore.Hours(store, 1), Is.EqualTo(new[] { 7 }));
            ImportStore.AssertNothingLeft(_files, store);
        }
    }

    [Test]
    public async Task Read_AfterStatements_GivesThoseOfBeforeTheRead()
    {
        using SignalStore store = Open();
        SequenceQuery query = store.Query("view").Columns("score").Build();
        using Sequence before = store.Read(UserId.From(1), query);
        await ImportAsync(store, generation: 5, first: 1, last: 2);
        store.DeclareComplete("view", DateTimeOffset.FromUnixTimeMilliseconds(77));
        using Sequence after = store.Read(UserId.From(1), query);
        using SequenceBatch many = store.ReadMany([UserId.From(1)], query);
        Assert.That(
            (before.Completeness("view").CompleteUpToMs, before.Completeness("view").Corrected.Count),
            Is.EqualTo(((long?)null, 0)));
        Assert.That((after.Completeness("view").CompleteUpToMs, after.Completeness("view").Corrected.Count), Is.EqualTo(((long?)77, 1)));
        Assert.That(many.Completeness("view"), Is.SameAs(after.Completeness("view")));
        Assert.That(after.Watermark("view"), Is.EqualTo(ImportStore.TimeOf(5)));
        Assert.That(() => after.Completeness("click"), Throws.ArgumentException);
    }

    private static DateOnly Day(int day) => new(2026, 3, day);

    private async Task ImportAsync(SignalStore store, long generation, int first, int last)
    {
        string path = $"/offline/{generation}-{first}.seg";
        ImportStore.Write(_files, [(1, 5)], generation, path, days: new DayRange(Day(first), Day(last)));
        await store.ImportAsync(path);
    }

    private SignalStore Open() => TestStores.Open(_files, ImportStore.Schema, _time);
}
