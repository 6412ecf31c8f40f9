using Signals.Enrichment;
using Signals.Offline;
using Signals.Tests.Storage.Indexing;

namespace Signals.Tests.Storage;

/// <summary>
/// Enrichments computed offline give one segment, whatever the batches, pages and threads, and a failed job leaves nothing.
/// </summary>
internal sealed class OfflineIndexerTests
{
    private const int Users = 30;

    private static readonly StoreSchema Schema = StoreSchema.Define(s => s
        .EventType("view", t => t.Field<int>("number").Text("name").Enrichment<int>("twice"))
        .EventType("chosen", t => t.Field<int>("number"))
        .EventType("short", t => t.Field<int>("number").Field<double>("other").KeepLast(5)));

    private string _path = null!;
    private SignalStore _store = null!;
    private int _segments;

    [SetUp]
    public async Task SetUp()
    {
        _path = Directory.CreateTempSubdirectory("signals-").FullName;
        _store = SignalStore.Open(Path.Combine(_path, "store"), Schema, new StoreOptions { MaxPastTime = TimeSpan.MaxValue });
        await AppendAsync(0, 600);
        await _store.FlushAsync();
        await AppendAsync(600, 1000);
    }

    [TearDown]
    public void TearDown()
    {
        _store.Dispose();
        Directory.Delete(_path, recursive: true);
    }

    [Test]
    public async Task EnrichAsync_AnyParallelismAndBatchSize_SameSegment()
    {
        List<string> contents = [];
        foreach ((int parallelism, int batchEvents) in ((int, int)[])[(1, 4096), (4, 7), (2, 1)])
        {
            OfflineResult result = await OfflineIndexer.EnrichAsync(
                _store, Options(new ScriptedStep(), parallelism: parallelism, batchEvents: batchEvents));
            Assert.That((result.EventsRead, result.EventsWritten), Is.EqualTo((EventsRead: 1000L, EventsWritten: 1000L)));
            contents.Add(result.Segment!.ContentId);
        }

        Assert.That(contents.Distinct().Count(), Is.EqualTo(1));
    }

    [Test]
    public async Task EnrichAsync_UserWithMoreThanABatch_ComesInPagesOfWhichNoneIsLarger([Values(1, 7, 64, 1000)] int batchEvents)
    {
        EventBatch many = _store.CreateBatch("view");
        for (int i = 0; i < 700; i++)
        {
            // Eleven events of each time, so that pages end among events of one.
            many.Add(UserId.From(3), 5_000 + (i / 11), (ulong)(10_000 + i)).Set("number", i).Set("name", "n");
        }

        await _store.AppendAsync(many);
        ScriptedStep step = new();
        OfflineResult result = await OfflineIndexer.EnrichAsync(_store, Options(step, parallelism: 1, batchEvents: batchEvents));
        Assert.That(
            (result.EventsRead, result.EventsWritten, result.Segment!.Patches),
            Is.EqualTo((EventsRead: 1700L, EventsWritten: 1700L, Patches: 1700L)));
        Assert.That(step.LargestBatch, Is.LessThanOrEqualTo(batchEvents));
        await _store.ImportAsync(result.Segment.Path);
        AssertAllTwice(1700);
    }

    [Test]
    public async Task EnrichAsync_TypeWithLastN_ReadsJustThoseWhateverThePages([Values(3, 50)] int batchEvents)
    {
        StoreSchema schema = StoreSchema.Define(s => s.EventType("view", t => t
            .Field<int>("number").Enrichment<int>("twice").KeepLast(20)));
        await using SignalStore store = SignalStore.Open(
            Path.Combine(_path, "last"), schema, new StoreOptions { MaxPastTime = TimeSpan.MaxValue });
        EventBatch batch = store.CreateBatch("view");
        for (int i = 0; i < 100; i++)
        {
            batch.Add(UserId.From((ulong)(i % 2) + 1), i, (ulong)i).Set("number", i);
        }

        await store.AppendAsync(batch);
        OfflineResult result = await OfflineIndexer.EnrichAsync(
            store, Options(new ScriptedStep(), parallelism: 1, batchEvents: batchEvents));
        Assert.That((result.EventsRead, result.EventsWritten), Is.EqualTo((EventsRead: 40L, EventsWritten: 40L)));
    }

    [Test]
    public async Task EnrichAsync_OnlyMissing_RepairsWhatFailedAtIndexingAndNothingElse()
    {
        ScriptedStep failing = new()
        {
            Before = (call, _) => call % 2 == 0 ? Task.FromException(new IOException("not now")) : Task.CompletedTask,
        };
        await ReopenAsync(new EnrichmentOptions { Enrichers = [failing], Retries = 0, Parallelism = 1 });
        for (int i = 1000; i < 1040; i++)
        {
            await AppendAsync(i, i + 1);
            await _store.WhenEnrichedAsync();
        }

        Assert.That(_store.GetEnrichmentStats() is { Failed: 20, Enriched: 20 }, Is.True);
        OfflineResult result = await OfflineIndexer.EnrichAsync(_store, Options(new ScriptedStep(), onlyMissing: true));
        Assert.That((result.EventsRead, result.EventsWritten), Is.EqualTo((EventsRead: 1040L, EventsWritten: 1020L)));
        await _store.ImportAsync(result.Segment!.Path);
        AssertAllTwice(1040);
        Assert.That((await OfflineIndexer.EnrichAsync(_store, Options(new ScriptedStep(), onlyMissing: true))).Segment, Is.Null);
    }

    [Test]
    public async Task EnrichAsync_RangeOfTime_LeavesTheRestAlone()
    {
        OfflineOptions options = Options(new ScriptedStep(), from: 200, to: 300);
        OfflineResult result = await OfflineIndexer.EnrichAsync(_store, options);
        Assert.That((result.EventsRead, result.EventsWritten), Is.EqualTo((EventsRead: 100L, EventsWritten: 100L)));
    }

    [Test]
    public async Task EnrichAsync_Progress_ReachesTheEnd()
    {
        List<OfflineProgress> seen = [];
        await OfflineIndexer.EnrichAsync(_store, Options(new ScriptedStep(), parallelism: 1, batchEvents: 50, progress: new Collect(seen)));
        Assert.That(seen[^1], Is.EqualTo(new OfflineProgress(1000, 1000, Users, Users)));
        Assert.That(seen, Has.Count.GreaterThan(3));
    }

    [Test]
    public async Task EnrichAsync_EnricherFails_EndsTheJobAndLeavesNothing()
    {
        ScriptedStep failing = new() { Before = (call, _) => call == 3 ? Task.FromException(new IOException("gone")) : Task.CompletedTask };
        await Assert.ThatAsync(
            () => OfflineIndexer.EnrichAsync(_store, Options(failing, batchEvents: 20)),
            Throws.TypeOf<IOException>().With.Message.EqualTo("gone"));
        Assert.That(Directory.GetFiles(_path), Is.Empty);
    }

    [Test]
    public async Task EnrichAsync_Cancelled_LeavesNothing()
    {
        using CancellationTokenSource stop = new();
        ScriptedStep step = new() { Before = (call, token) => call == 2 ? stop.CancelAsync() : Task.CompletedTask };
        await Assert.ThatAsync(
            () => OfflineIndexer.EnrichAsync(_store, Options(step, batchEvents: 20), stop.Token),
            Throws.InstanceOf<OperationCanceledException>());
        Assert.That(Directory.GetFiles(_path), Is.Empty);
    }

    [Test]
    public async Task EnrichAsync_StepsThatDoNotFit_NamesEveryError()
    {
        OfflineOptions options = new()
        {
            EventType = "chosen",
            SegmentPath = NextSegment(),
            Segment = new SegmentOptions { Generation = 1 },
            Enrichers = [new ScriptedStep()],
            Filters = [new Small()],
        };
        EnrichmentMismatchException? error = await Assert.ThrowsAsync<EnrichmentMismatchException>(
            () => OfflineIndexer.EnrichAsync(_store, options));
        Assert.That(error!.Errors, Has.Count.EqualTo(2));
    }

    [Test]
    public async Task IndexAsync_BatchesOfAnySizeAndAFilter_InsertsWholeEventsOnce()
    {
        OfflineResult result = await OfflineIndexer.IndexAsync(Schema, Batches(2000), new OfflineOptions
        {
            EventType = "view",
            SegmentPath = NextSegment(),
            Segment = new SegmentOptions { Generation = 1 },
            Enrichers = [new ScriptedStep()],
            Filters = [new Small()],
            Parallelism = 3,
            BatchEvents = 33,
        });
        Assert.That(
            (result.EventsRead, result.EventsWritten), Is.EqualTo((EventsRead: 2000L, EventsWritten: 1500L)), "of 2000, those below 1500");
        await _store.ImportAsync(result.Segment!.Path);
        AssertAllTwice(1500);
    }

    [Test]
    public async Task SelectAsync_TypesThatDoNotFit_NamesEveryError()
    {
        SelectionOptions options = new()
        {
            From = "view",
            Into = "short",
            Score = "name",
            Best = 1,
            SegmentPath = NextSegment(),
            Segment = new SegmentOptions { Generation = 1 },
        };
        EnrichmentMismatchException? error = await Assert.ThrowsAsync<EnrichmentMismatchException>(
            () => OfflineIndexer.SelectAsync(_store, options));
        Assert.That(error!.Errors, Has.Count.EqualTo(3), "a column without an equal, a score that is no number, last-N");
    }

    [Test]
    public async Task SelectAsync_TargetWithADroppedColumn_CopiesTheOthers()
    {
        string path = Path.Combine(_path, "dropped");
        Open(t => t.Field<long>("gone").Field<int>("number").Field<int>("late")).Dispose();
        using SignalStore store = Open(t => t.Dropped("gone").Field<int>("number").Field<int>("late"));
        EventBatch batch = store.CreateBatch("view");
        batch.Add(UserId.From(1UL), timeMs: 7, 1).Set("number", 5).Set("late", 6);
        await store.AppendAsync(batch);
        OfflineResult result = await OfflineIndexer.SelectAsync(store, new SelectionOptions
        {
            From = "view",
            Into = "chosen",
            Score = "number",
            Best = 1,
            SegmentPath = NextSegment(),
            Segment = new SegmentOptions { Generation = 1 },
        });
        await store.ImportAsync(result.Segment!.Path);
        using Sequence chosen = store.Read(UserId.From(1UL), store.Query("chosen").Build());
        Assert.That((chosen.Field<int>("number")[0], chosen.Field<int>("late")[0]), Is.EqualTo((5, 6)));

        SignalStore Open(Action<EventTypeBuilder> target) => SignalStore.Open(
            path,
            StoreSchema.Define(s => s.EventType("view", t => t.Field<int>("number").Field<int>("late")).EventType("chosen", target)),
            new StoreOptions { MaxPastTime = TimeSpan.MaxValue });
    }

    [Test]
    public async Task SelectAsync_FilterAndTies_TakesTheBestThatPass()
    {
        OfflineResult result = await OfflineIndexer.SelectAsync(_store, new SelectionOptions
        {
            From = "view",
            Into = "chosen",
            Score = "number",
            Best = 2,
            Filters = [new Small(400)],
            SegmentPath = NextSegment(),
            Segment = new SegmentOptions { Generation = 1 },
        });
        await _store.ImportAsync(result.Segment!.Path);
        using Sequence seq = _store.Read(UserId.From(8), _store.Query("chosen").Build());
        Assert.That(seq.Field<int>("number").ToArray(), Is.EqualTo(new[] { 397, 367 }), "the greatest below 400 of user 8");
    }

    [Test]
    public async Task SelectAsync_UserOfManyPages_TakesTheBestOfAllAndRetractsTheRest()
    {
        const int Count = 9_000;
        int[] scores = [.. new Random(11).GetItems(Enumerable.Range(0, 500).ToArray(), Count)];
        EventBatch many = _store.CreateBatch("view");
        for (int i = 0; i < Count; i++)
        {
            many.Add(UserId.From(777), i / 3, (ulong)i).Set("number", scores[i]);
        }

        await _store.AppendAsync(many);
        await SelectAsync(best: 5_000, generation: 1);
        await SelectAsync(best: 40, generation: 2);
        int[] expected = [.. Enumerable.Range(0, Count).OrderByDescending(i => scores[i]).ThenByDescending(i => i / 3)
            .ThenBy(i => i).Take(40)];
        using Sequence seq = _store.Read(UserId.From(777), _store.Query("chosen").Build());
        Assert.That(seq.Ids.ToArray().Order(), Is.EqualTo(expected.Select(i => (ulong)i).Order()));
        Assert.That(seq.Field<int>("number").ToArray(), Is.EquivalentTo(expected.Select(i => scores[i])));
    }

    private async Task SelectAsync(int best, long generation)
    {
        OfflineResult result = await OfflineIndexer.SelectAsync(_store, new SelectionOptions
        {
            From = "view",
            Into = "chosen",
            Score = "number",
            Best = best,
            SegmentPath = NextSegment(),
            Segment = new SegmentOptions { Generation = generation },
        });
        await _store.ImportAsync(result.Segment!.Path);
    }

    private async Task AppendAsync(int from, int to)
    {
        EventBatch batch = _store.CreateBatch("view");
        for (int i = from; i < to; i++)
        {
            Add(batch, i);
        }

        await _store.AppendAsync(batch);
    }

    private static void Add(EventBatch batch, int number) =>
        batch.Add(UserId.From((ulong)(number % Users) + 1), number, (ulong)number).Set("number", number).Set("name", "n");

    private static async IAsyncEnumerable<EventBatch> Batches(int count)
    {
        EventBatch batch = new(Schema["view"]);
        for (int i = 0; i < count;)
        {
            batch.Clear();
            for (int end = Math.Min(count, i + 1 + (i % 150)); i < end; i++)
            {
                Add(batch, i);
            }

            await Task.Yield();
            yield return batch;
        }
    }

    private async Task ReopenAsync(EnrichmentOptions enrichment)
    {
        await _store.DisposeAsync();
        _store = SignalStore.Open(
            Path.Combine(_path, "store"), Schema, new StoreOptions { Enrichment = enrichment, MaxPastTime = TimeSpan.MaxValue });
    }

    private void AssertAllTwice(int count)
    {
        int seen = 0;
        for (ulong user = 0; user < Users; user++)
        {
            using Sequence seq = _store.Read(UserId.From(user + 1), _store.Query("view").Build());
            Assert.That(seq.Field<int>("twice").ToArray(), Is.EqualTo(seq.Field<int>("number").ToArray().Select(n => 2 * n)));
            Assert.That(seq.States("twice").ToArray(), Is.All.EqualTo(ColumnState.Value));
            Assert.That(seq.States("name").ToArray(), Is.All.EqualTo(ColumnState.Value));
            seen += seq.Count;
        }

        Assert.That(seen, Is.EqualTo(count));
    }

    private string NextSegment() => Path.Combine(_path, $"{++_segments}.segment");

    private OfflineOptions Options(
        ScriptedStep step, int parallelism = 2, int batchEvents = 64, bool onlyMissing = false, long? from = null,
        long? to = null, IProgress<OfflineProgress>? progress = null) => new()
        {
            EventType = "view",
            SegmentPath = NextSegment(),
            Segment = new SegmentOptions { Generation = 1 },
            Enrichers = [step],
            Parallelism = parallelism,
            BatchEvents = batchEvents,
            OnlyMissing = onlyMissing,
            From = from is long f ? DateTimeOffset.FromUnixTimeMilliseconds(f) : null,
            To = to is long t ? DateTimeOffset.FromUnixTimeMilliseconds(t) : null,
            Progress = progress,
        };

    private sealed class Collect(List<OfflineProgress> seen) : IProgress<OfflineProgress>
    {
        public void Report(OfflineProgress value) => seen.Add(value);
    }

    private sealed class Small : IEventFilter
    {
        private readonly Input<int> _number;
        private readonly int _below;

        public Small(int below = 1500)
        {
            _below = below;
            Signature = EnrichmentSignature.Named("small", 1).On("view").Input("number", out _number).Build();
        }

        public EnrichmentSignature Signature { get; }

        public void Filter(EnrichmentBatch batch, Span<bool> keep)
        {
            ColumnView<int> numbers = batch.Read(_number);
            for (int row = 0; row < keep.Length; row++)
            {
                keep[row] = numbers[row] < _below;
            }
        }
    }
}
