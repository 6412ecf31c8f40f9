using Signals.Definitions;
using Signals.Enrichment;
using Signals.Serving;
using Signals.Tests.Simulation;
using Signals.Tests.Storage.DefinitionServing;
using Signals.Tests.Storage.Engine;

namespace Signals.Tests.Storage.PlacementDecisions;

/// <summary>What a store measures of an enricher, and that it has new events stored with it or not by what it decides.</summary>
[Category("Fast")]
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
[NonParallelizable]
internal sealed class StorePlacementsTests
{
    private static readonly UserId User = UserId.From(1UL);

    private static readonly StoreSchema Schema = StoreSchema.Define(s => s
        .EventType("a", t => t.Field<int>("n").Enrichment<long>("triple").EnrichmentVector<Half>("vector", 3))
        .EventType("b", t => t.Field<int>("n").Enrichment<long>("triple").EnrichmentVector<Half>("vector", 3)));

    private readonly ManualTime _time = new(TestStores.Start + 300_000);
    private int _appended;

    [Test]
    public void Decide_TwoShareWhatManyReadsCompute_HasNewEventsStoredFromThenOn()
    {
        using SignalStore store = Open();
        store.Definitions.Register(Definition("first"), Catalog(() => _time.NowMs++));
        store.Definitions.Register(Definition("second"), Catalog());
        Append(store, 10);
        Assert.That(StoredOf(store), Is.Zero);
        for (int round = 0; round < 3; round++)
        {
            Read(store, 40, "first");
            store.Placements.Decide();
        }

        EnricherPlacement placement = store.Placements.GetReport().Single();
        Assert.That(
            (placement.Placement, placement.Rule, placement.Definitions),
            Is.EqualTo((Placement: StepPhase.Indexing, Rule: PlacementRule.Cost, Definitions: 2)));
        Assert.That(
            (placement.BytesPerEvent, placement.StoredShare), Is.EqualTo((12.4, 0.0)).Within(1e-9),
            "a vector of 6, and 8 in four rows of five");
        Assert.That(placement.MicrosecondsPerRow, Is.EqualTo(100).Within(1e-6), "a millisecond for ten rows");
        Assert.That(placement.RowsPerEvent, Is.InRange(50, 200), "120 reads, of which one in sixteen is counted");
        Append(store, 10);
        Assert.That(StoredOf(store), Is.EqualTo(10));
        ReadTrace trace = new();
        using ServedSequence answer = store.Read(User, "first", new ReadOptions { Trace = trace });
        Assert.That(
            trace.ToString(),
            Does.Contain("triple v1, 10 stored, 10 computed; new events: stored, shared, and storing it is cheaper"));
        TestContext.Out.WriteLine(trace);
        TestContext.Out.WriteLine(store.Placements);
    }

    [Test]
    public void Decide_SecondDefinitionGoes_StopsStoringAndKeepsWhatIsStored()
    {
        using SignalStore store = Open(new PlacementOptions { Confirmations = 1, MinimumStay = TimeSpan.Zero, BytesPerMicrosecond = 1e6 });
        store.Definitions.Register(Definition("first"), Catalog(() => _time.NowMs++));
        store.Definitions.Register(Definition("second"), Catalog());
        Append(store, 10);
        Read(store, 1, "first");
        store.Placements.Decide();
        Append(store, 10);
        store.Definitions.Retire("second");
        store.Placements.Decide();
        Append(store, 10);
        EnricherPlacement placement = store.Placements.GetReport().Single();
        Assert.That((placement.Placement, placement.Rule), Is.EqualTo((StepPhase.Serving, PlacementRule.NotShared)));
        Assert.That(StoredOf(store), Is.EqualTo(10));
        AssertRight(store, "first", 30);
    }

    [Test]
    public void Decide_ComesTooLate_IsStored()
    {
        using SignalStore store = Open(new PlacementOptions { Confirmations = 1, MinimumRuns = 5 });
        store.Definitions.Register(
            Definition("first") with { Deadline = TimeSpan.FromMilliseconds(5) }, Catalog(() => _time.NowMs += 10));
        Append(store, 10);
        Read(store, 20, "first");
        store.Placements.Decide();
        EnricherPlacement placement = store.Placements.GetReport().Single();
        Assert.That((placement.Placement, placement.Rule), Is.EqualTo((StepPhase.Indexing, PlacementRule.TooLate)));
        Assert.That(placement.LateShare, Is.GreaterThan(0.9));
    }

    [Test]
    public void Report_RulesOfUse_AreExplained()
    {
        using SignalStore store = Open();
        Assert.That(Rule(store), Is.EqualTo(PlacementRule.Unused));
        store.Definitions.Register(Definition("first") with { Stage = LifecycleStage.Experimental }, Catalog());
        Assert.That(Rule(store), Is.EqualTo(PlacementRule.Experimental));
        store.Definitions.Register(Definition("first") with { Version = 2 }, Catalog());
        Assert.That(Rule(store), Is.EqualTo(PlacementRule.NotShared));
        store.Definitions.Register(Definition("second", PlacementChoice.Indexing), Catalog());
        Assert.That(Rule(store), Is.EqualTo(PlacementRule.Required));
        Append(store, 5);
        Assert.That(StoredOf(store), Is.EqualTo(5));
        Assert.That(store.Placements.ToString(), Does.Contain("B/event").And.Contain("a served definition asks for it to be stored"));
    }

    [Test]
    public void Report_EnricherThatTheStoreWasNotGiven_IsMeasuredAndStaysAtServing()
    {
        using SignalStore store = TestStores.Open(new SimFileSystem(), Schema, _time);
        store.Definitions.Register(Definition("first"), Catalog(() => _time.NowMs++));
        Append(store, 10);
        Read(store, 40, "first");
        EnricherPlacement placement = store.Placements.GetReport().Single();
        Assert.That(
            (placement.Enricher, placement.Rule, placement.Placement),
            Is.EqualTo(("triple", PlacementRule.NotOffered, StepPhase.Serving)));
        Assert.That(placement.MicrosecondsPerRow, Is.Positive);
        Assert.That(store.Placements.Pin("triple", PlacementChoice.Indexing), Is.False);
        Assert.That(store.Placements.Pin("nothing", PlacementChoice.Indexing), Is.False);
    }

    [Test]
    public void Pin_EitherPlace_HoldsAtOnceUntilItIsGivenBack()
    {
        using SignalStore store = Open();
        store.Definitions.Register(Definition("first"), Catalog());
        Append(store, 1);
        Assert.That(store.Placements.Pin("triple", PlacementChoice.Indexing), Is.True);
        Append(store, 2);
        Assert.That((StoredOf(store), store.Placements.GetReport().Single().Rule), Is.EqualTo((2, PlacementRule.Pinned)));
        store.Placements.Pin("triple", PlacementChoice.Serving);
        Append(store, 4);
        Assert.That(StoredOf(store), Is.EqualTo(2));
        store.Placements.Pin("triple", PlacementChoice.Automatic);
        Assert.That(store.Placements.GetReport().Single().Rule, Is.EqualTo(PlacementRule.NotShared));
        AssertRight(store, "first", 7);
    }

    [Test]
    public void Read_SomeStoredOrAll_WarmAllocatesNothing([Values(PlacementChoice.Indexing, PlacementChoice.Serving)] PlacementChoice newer)
    {
        using SignalStore store = Open();
        store.Definitions.Register(Definition("first"), Catalog());
        store.Placements.Pin("triple", PlacementChoice.Indexing);
        Append(store, 20);
        store.Placements.Pin("triple", newer);
        Append(store, 20);
        long least = long.MaxValue;
        for (int attempt = 0; attempt < 8 && least != 0; attempt++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            Read(store, 100, "first");
            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        Assert.That(least, Is.Zero);
    }

    [Test]
    public async Task Reads_WhileThePlaceChanges_AreAlwaysRight()
    {
        string path = Directory.CreateTempSubdirectory("signals-").FullName;
        try
        {
            await using SignalStore store = SignalStore.Open(
                path, Schema, new StoreOptions { Enrichment = new EnrichmentOptions { Automatic = [new TripleEnricher()] } });
            store.Definitions.Register(Definition("first"), Catalog());
            using CancellationTokenSource done = new();
            Task pins = Task.Run(() =>
            {
                for (int i = 0; !done.IsCancellationRequested; i++)
                {
                    store.Placements.Pin("triple", i % 2 == 0 ? PlacementChoice.Indexing : PlacementChoice.Serving);
                    store.Placements.Decide();
                }
            });
            EventBatch batch = store.CreateBatch("a");
            for (int i = 1; i <= 300; i++)
            {
                batch.Clear();
                batch.Add(User, TestStores.Start + i, (ulong)i).Set("n", i);
                await store.AppendAsync(batch);
                AssertRight(store, "first", Math.Min(i, 100));
            }

            await done.CancelAsync();
            await pins;
            await store.WhenEnrichedAsync().WaitAsync(TimeSpan.FromSeconds(60));
            EnrichmentStats stats = store.GetEnrichmentStats();
            Assert.That((stats.Pending, stats.Abandoned, stats.Failed), Is.EqualTo((Pending: 0L, Abandoned: 0L, Failed: 0L)));
            AssertRight(store, "first", 100);
            ReadTrace trace = new();
            store.Read(User, "first", new ReadOptions { Trace = trace }).Dispose();
            TestContext.Out.WriteLine(trace);
            TestContext.Out.WriteLine(store.Placements);
        }
        finally
        {
            Directory.Delete(path, recursive: true);
        }
    }

    [Test]
    public void Open_OptionsOutOfBounds_Throws()
    {
        PlacementOptions[] wrong =
        [
            new() { Period = TimeSpan.Zero }, new() { Confirmations = 0 }, new() { MinimumStay = TimeSpan.FromTicks(-1) },
            new() { Margin = 0.9 },
            new() { LateShare = 0 }, new() { MinimumRuns = double.NaN }, new() { BytesPerMicrosecond = -1 },
        ];
        foreach (PlacementOptions options in wrong)
        {
            Assert.That(() => Open(options), Throws.InstanceOf<ArgumentException>(), options.ToString());
        }
    }

    private static EnrichmentCatalog Catalog(Action? onEnrich = null) => new(new SlowTriple(onEnrich));

    private static SequenceDefinition Definition(string name, PlacementChoice placement = PlacementChoice.Automatic) =>
        SequenceDefinition.Create(name).OwnedBy("tests", LifecycleStage.Production)
            .From("a", a => a.Last(100)).Enrich("triple", placement).Size(100)
            .Columns("n", "triple", "vector").Build();

    private static PlacementRule Rule(SignalStore store)
    {
        store.Placements.Decide();
        return store.Placements.GetReport().Single().Rule;
    }

    private static void Read(SignalStore store, int times, string definition)
    {
        for (int i = 0; i < times; i++)
        {
            using ServedSequence answer = store.Read(User, definition);
            _ = answer.Field<long>("triple");
        }
    }

    private static void AssertRight(SignalStore store, string definition, int count)
    {
        using ServedSequence answer = store.Read(User, definition);
        ReadOnlySpan<int> numbers = answer.Field<int>("n");
        ReadOnlySpan<long> triples = answer.Field<long>("triple");
        ReadOnlySpan<ColumnState> states = answer.States("triple");
        Assert.That((answer.Count, answer.Status), Is.EqualTo((count, ServingStatus.Complete)));
        for (int row = 0; row < numbers.Length; row++)
        {
            bool isNull = numbers[row] % 5 == 0;
            Assert.That(
                (states[row], triples[row]),
                Is.EqualTo((isNull ? ColumnState.Null : ColumnState.Value, isNull ? 0 : (3L * numbers[row]) + 1)), $"row {row}");
        }
    }

    /// <summary>How many events have a vector in the store.</summary>
    private static int StoredOf(SignalStore store)
    {
        using Sequence rows = store.Read(User, store.Query("a").Last(1000).Columns("vector").Build());
        return rows.States("vector").ToArray().Count(state => state == ColumnState.Value);
    }

    private SignalStore Open(PlacementOptions? options = null) => SignalStore.Open(
        new SimFileSystem(), TestStores.Folder, Schema, TestStores.Tiny, _time,
        new EnrichmentOptions { Automatic = [new TripleEnricher()], Placement = options ?? new PlacementOptions() });

    private void Append(SignalStore store, int events)
    {
        EventBatch batch = store.CreateBatch("a");
        for (int i = 0; i < events; i++)
        {
            _appended++;
            batch.Add(User, TestStores.Start + _appended, (ulong)_appended).Set("n", _appended);
        }

        store.Append(batch);
        Task enriched = store.WhenEnrichedAsync();
        do
        {
            store.Engine.RunPending();
            Thread.Yield();
        }
        while (!enriched.IsCompleted);

        store.Engine.RunPending();
    }

    /// <summary>The enricher of the store, as definitions run it.</summary>
    private sealed class SlowTriple(Action? onEnrich) : IEnricher
    {
        private readonly TripleEnricher _triple = new();

        public EnrichmentSignature Signature => _triple.Signature;

        public void Enrich(EnrichmentBatch batch)
        {
            onEnrich?.Invoke();
            _triple.Enrich(batch);
        }
    }
}
