using Signals.Enrichment;

namespace Signals.Tests.Storage.Indexing;

/// <summary>New events are visible at once and enriched beside that; no failure, full queue, closing or crash loses an event.</summary>
[Category("Fast")]
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
internal sealed class IndexingEnrichmentTests
{
    private static readonly StoreSchema Schema = StoreSchema.Define(s => s
        .EventType("view", t => t.Field<int>("number").Text("name").Enrichment<int>("twice"))
        .EventType("plain", t => t.Field<int>("number")));

    private static readonly UserId User = UserId.From(1);

    private readonly StepTime _time = new();
    private string _path = null!;

    [SetUp]
    public void SetUp() => _path = Directory.CreateTempSubdirectory("signals-").FullName;

    [TearDown]
    public void TearDown() => Directory.Delete(_path, recursive: true);

    [Test]
    public async Task Append_SlowEnricher_EventIsVisibleAtOnceAndEnrichedLater()
    {
        TaskCompletionSource gate = new();
        ScriptedStep step = new() { Before = (_, _) => gate.Task };
        await using SignalStore store = Open(step);
        using Opened opened = new(gate);
        await store.AppendAsync(Views(store, 1, 2, 3));
        AssertTwice(store, ColumnState.Absent, 0, 0, 0);
        gate.SetResult();
        await store.WhenEnrichedAsync();
        AssertTwice(store, ColumnState.Value, 6, 4, 2);
        Assert.That(store.GetEnrichmentStats(), Is.EqualTo(new EnrichmentStats(0, 3, 0, 0, 0, 0, null)));
    }

    [Test]
    public async Task Append_EveryForm_IsEnriched()
    {
        ScriptedStep step = new();
        await using SignalStore store = Open(step);
        store.Append(Views(store, 1));
        Assert.That(store.TryAppend(Views(store, 2), out _), Is.True);
        await store.AppendAsync(Views(store, 3));
        EventGroup group = store.CreateGroup("source");
        group["view"].Add(User, 4, 4).Set("number", 4);
        await store.AppendGroupAsync(group);
        await store.WhenEnrichedAsync();
        AssertTwice(store, ColumnState.Value, 8, 6, 4, 2);
    }

    [Test]
    public async Task Append_TypeWithoutEnricher_PassesBy()
    {
        await using SignalStore store = Open(new ScriptedStep());
        EventBatch batch = store.CreateBatch("plain");
        batch.Add(User, 1, 1).Set("number", 1);
        await store.AppendAsync(batch);
        Assert.That(store.GetEnrichmentStats(), Is.EqualTo(new EnrichmentStats(0, 0, 0, 0, 0, 0, null)));
    }

    [Test]
    public async Task Append_WorkersBusy_BatchesGather()
    {
        TaskCompletionSource gate = new();
        ScriptedStep step = new() { Before = (call, _) => call == 0 ? gate.Task : Task.CompletedTask };
        await using SignalStore store = Open(
            step,
            new EnrichmentOptions { Parallelism = 1, BatchEvents = 64, Timeout = TimeSpan.FromHours(1), Enrichers = [step] });
        using Opened opened = new(gate);
        for (int i = 0; i < 101; i++)
        {
            await store.AppendAsync(Views(store, i));
        }

        gate.SetResult();
        await store.WhenEnrichedAsync();
        Assert.That(step.LargestBatch, Is.EqualTo(64));
        Assert.That(step.Calls, Is.LessThanOrEqualTo(4));
        using Sequence seq = Read(store);
        Assert.That(seq.States("twice").ToArray(), Is.All.EqualTo(ColumnState.Value));
    }

    [Test]
    public async Task Append_QueueFull_IsBackPressureAndNotALoss()
    {
        TaskCompletionSource gate = new();
        ScriptedStep step = new() { Before = (_, _) => gate.Task };
        await using SignalStore store = Open(
            step, new EnrichmentOptions { QueueEvents = 10, Timeout = TimeSpan.FromHours(1), Enrichers = [step] });
        using Opened opened = new(gate);
        await store.AppendAsync(Views(store, [.. Enumerable.Range(0, 8)]));
        EventBatch more = Views(store, 8, 9, 10);
        Assert.That(store.TryAppend(more, out _), Is.False, "11 events are more than 10");
        Task<AppendAck> waiting = store.AppendAsync(more).AsTask();
        Assert.That(waiting.IsCompleted, Is.False);
        using CancellationTokenSource cancelled = new();
        Task<AppendAck> given = store.AppendAsync(Views(store, 11, 12, 13), cancelled.Token).AsTask();
        await cancelled.CancelAsync();
        await Assert.ThatAsync(() => given, Throws.InstanceOf<OperationCanceledException>());
        gate.SetResult();
        await waiting;
        await store.WhenEnrichedAsync();
        AssertTwice(store, ColumnState.Value, [.. Enumerable.Range(0, 11).Reverse().Select(n => 2 * n)]);
    }

    [Test]
    public async Task Enricher_FailsTwice_IsRetriedWithBackoff()
    {
        ScriptedStep step = new() { Before = (call, _) => call < 2 ? Task.FromException(new IOException("not now")) : Task.CompletedTask };
        await using SignalStore store = Open(step);
        await store.AppendAsync(Views(store, 5));
        await UntilWaitsToRetryAsync(store, 1);
        _time.Advance(TimeSpan.FromMilliseconds(99));
        Assert.That(step.Calls, Is.EqualTo(1), "the backoff is 100 ms");
        _time.Advance(TimeSpan.FromMilliseconds(1));
        await UntilWaitsToRetryAsync(store, 2);
        _time.Advance(TimeSpan.FromMilliseconds(199));
        Assert.That(step.Calls, Is.EqualTo(2), "and twice as long the next time");
        _time.Advance(TimeSpan.FromMilliseconds(1));
        await store.WhenEnrichedAsync();
        AssertTwice(store, ColumnState.Value, 10);
        Assert.That(store.GetEnrichmentStats(), Is.EqualTo(new EnrichmentStats(0, 1, 0, 0, 2, 0, null)));
    }

    [Test]
    public async Task Enricher_AlwaysFails_EventStaysAbsentAndIsCounted()
    {
        ScriptedStep step = new() { Before = (_, _) => Task.FromException(new IOException("the service is gone")) };
        await using SignalStore store = Open(step, new EnrichmentOptions { Retries = 0, Enrichers = [step] });
        await store.AppendAsync(Views(store, 5, 6));
        await store.WhenEnrichedAsync();
        AssertTwice(store, ColumnState.Absent, 0, 0);
        Assert.That(store.GetEnrichmentStats(), Is.EqualTo(new EnrichmentStats(0, 0, 2, 0, 0, 0, "the service is gone")));
    }

    [Test]
    public async Task Enricher_IgnoresItsToken_IsLeftBehindAndTriedAgain()
    {
        TaskCompletionSource never = new();
        ScriptedStep step = new() { Before = (call, _) => call == 0 ? never.Task : Task.CompletedTask };
        await using SignalStore store = Open(step, new EnrichmentOptions { Backoff = TimeSpan.Zero, Enrichers = [step] });
        await store.AppendAsync(Views(store, 7));
        await UntilAsync(() => step.Calls == 1);
        await UntilTimersAsync(1);
        _time.Advance(TimeSpan.FromSeconds(1));
        await store.WhenEnrichedAsync();
        never.SetResult();
        await store.AppendAsync(Views(store, 8));
        await store.WhenEnrichedAsync();
        AssertTwice(store, ColumnState.Value, 16, 14);
        Assert.That(store.GetEnrichmentStats() is { Timeouts: 1, Retries: 1, Enriched: 2, Failed: 0 }, Is.True);
    }

    [Test]
    public async Task Close_FinishesWhatIsQueued()
    {
        TaskCompletionSource gate = new();
        ScriptedStep step = new() { Before = (_, _) => gate.Task };
        SignalStore store = Open(step);
        await store.AppendAsync(Views(store, 1, 2));
        Task closing = store.DisposeAsync().AsTask();
        gate.SetResult();
        await closing;
        await using SignalStore again = Open(new ScriptedStep());
        AssertTwice(again, ColumnState.Value, 4, 2);
    }

    [Test]
    public async Task Close_EnricherHangs_AbandonsAfterTheDrainTimeout()
    {
        ScriptedStep step = new() { Before = (_, token) => Task.Delay(Timeout.Infinite, token) };
        SignalStore store = Open(step, new EnrichmentOptions { Timeout = TimeSpan.FromHours(1), Parallelism = 1, Enrichers = [step] });
        await store.AppendAsync(Views(store, 1));
        await UntilAsync(() => step.Calls == 1);
        await store.AppendAsync(Views(store, 2, 3));
        Task closing = store.DisposeAsync().AsTask();
        await UntilTimersAsync(2);
        Assert.That(closing.IsCompleted, Is.False);
        _time.Advance(TimeSpan.FromSeconds(5));
        await closing;
        Assert.That(store.GetEnrichmentStats() is { Abandoned: 3, Pending: 0, Enriched: 0 }, Is.True);
        await using SignalStore again = Open(new ScriptedStep());
        AssertTwice(again, ColumnState.Absent, 0, 0, 0);
    }

    [Test]
    public async Task Close_EnricherBlocksItsThread_IsLeftBehindAfterTheDrainTimeout()
    {
        using ManualResetEventSlim release = new();
        BlockingStep step = new(release);
        SignalStore store = SignalStore.Open(_path, Schema, new StoreOptions
        {
            TimeProvider = _time,
            MaxPastTime = TimeSpan.MaxValue,
            Enrichment = new EnrichmentOptions { Parallelism = 1, Enrichers = [step] },
        });
        try
        {
            await store.AppendAsync(Views(store, 1));
            await UntilAsync(() => step.Calls == 1);
            await store.AppendAsync(Views(store, 2, 3));
            int timers = _time.WaitingCount;
            Task closing = Task.Run(() => store.DisposeAsync().AsTask());
            await UntilTimersAsync(timers + 1);
            _time.Advance(TimeSpan.FromSeconds(5));
            await UntilTimersAsync(timers + 1);
            Assert.That(closing.IsCompleted, Is.False);
            _time.Advance(TimeSpan.FromSeconds(1));
            await UntilAsync(() => closing.IsCompleted);
            await closing;
            Assert.That(store.GetEnrichmentStats() is { Abandoned: 2, Pending: 1 }, Is.True);
            await using SignalStore again = Open(new ScriptedStep());
            AssertTwice(again, ColumnState.Absent, 0, 0, 0);
        }
        finally
        {
            release.Set();
        }

        await UntilAsync(() => store.GetEnrichmentStats() is { Abandoned: 3, Pending: 0 });
    }

    [Test]
    public async Task Crash_BeforeTheEnrichment_LosesNoEvent()
    {
        TaskCompletionSource gate = new();
        ScriptedStep step = new() { Before = (_, _) => gate.Task };
        SignalStore store = Open(step);
        await store.AppendAsync(Views(store, 1, 2));
        store.Engine.Close(abandon: true);
        gate.SetResult();
        await store.DisposeAsync();
        await using SignalStore again = Open(new ScriptedStep());
        AssertTwice(again, ColumnState.Absent, 0, 0);
    }

    [Test]
    public void Open_EnrichersThatDoNotFit_ThrowsWithEveryErrorAndLeavesTheStoreClosed()
    {
        StoreOptions options = new() { Enrichment = new EnrichmentOptions { Enrichers = [new ScriptedStep()] } };
        StoreSchema other = StoreSchema.Define(s => s.EventType("view", t => t.Field<long>("number").Field<int>("twice")));
        EnrichmentMismatchException? error = Assert.Throws<EnrichmentMismatchException>(() => SignalStore.Open(_path, other, options));
        Assert.That(error!.Errors, Has.Count.EqualTo(2));
        SignalStore.Open(_path, other).Dispose();
    }

    private static EventBatch Views(SignalStore store, params int[] numbers)
    {
        EventBatch batch = store.CreateBatch("view");
        foreach (int number in numbers)
        {
            batch.Add(User, number, (ulong)number).Set("number", number);
        }

        return batch;
    }

    private static Sequence Read(SignalStore store) => store.Read(User, store.Query("view").Build());

    private static void AssertTwice(SignalStore store, ColumnState state, params int[] newestFirst)
    {
        using Sequence seq = Read(store);
        Assert.That(seq.Field<int>("twice").ToArray(), Is.EqualTo(newestFirst));
        Assert.That(seq.States("twice").ToArray(), Is.All.EqualTo(state));
        Assert.That(seq.States("number").ToArray(), Is.All.EqualTo(ColumnState.Value));
        Assert.That(seq.States("name").ToArray(), Is.All.EqualTo(ColumnState.Absent));
    }

    // The clock stands still, so what is waited for here depends on threads alone; so many turns are minutes.
    private static async Task UntilAsync(Func<bool> holds)
    {
        for (long turn = 0; !holds(); turn++)
        {
            if (turn == 500_000_000)
            {
                Assert.Fail("what was waited for did not happen");
            }

            await Task.Yield();
        }
    }

    // The attempt's own time limit is a timer, too: it is gone when the retry is counted.
    private async Task UntilWaitsToRetryAsync(SignalStore store, int retries)
    {
        await UntilAsync(() => store.GetEnrichmentStats().Retries == retries);
        await UntilTimersAsync(1);
    }

    private Task UntilTimersAsync(int count) => UntilAsync(() => _time.WaitingCount >= count);

    private SignalStore Open(ScriptedStep step, EnrichmentOptions? options = null) => SignalStore.Open(
        _path, Schema, new StoreOptions
        {
            TimeProvider = _time,
            MaxPastTime = TimeSpan.MaxValue,
            Enrichment = options ?? new EnrichmentOptions { Enrichers = [step] },
        });

    /// <summary>Opens a gate when the test ends, however it ends: a store waits for its enrichers when it is disposed.</summary>
    private sealed class Opened(TaskCompletionSource gate) : IDisposable
    {
        public void Dispose() => gate.TrySetResult();
    }
}
