using Signals.Definitions;
using Signals.Enrichment;
using Signals.Offline;
using Signals.Serving;
using Signals.Tests.Reliability;
using Signals.Tests.Simulation;
using Signals.Tests.Storage.DefinitionServing;
using Signals.Tests.Storage.Engine;
using Signals.Training;

namespace Signals.Tests.Training;

/// <summary>
/// Training sets as of a time, beside a model of what the store was told and when. Nothing of later may be in them: no event that
/// happened later, none that arrived later, and no correction that was made later, unless it was asked for.
/// </summary>
[Category("Fast")]
[Category("Scaled")]
internal sealed class PointInTimeTests
{
    private const int Users = 5;
    private const int Steps = 40;
    private const int Histories = 40;
    private const int Size = 8;

    [Test]
    public async Task AsKnownThen_RandomHistoriesWithLateEventsAndCorrections_LeaksNothingOfLater()
    {
        int differing = 0;
        for (ulong seed = 1; seed <= (ulong)TestScale.Of(Histories); seed++)
        {
            using ToldStore told = new(seed, Size);
            TrainingMoment[] moments = await told.RunAsync(Steps, Users);
            using KeepingSink sink = new();
            TrainingReport report = await TrainingSet.AsKnownThenAsync(
                told.Store, moments, PastStores.Name, sink, new TrainingOptions { Parallelism = 1 + (int)(seed % 3) });
            Assert.That(report.Rows, Is.EqualTo(moments.Length), $"seed {seed}");
            foreach (TrainingMoment moment in moments)
            {
                (int Minute, float Dwell, string Note)[] expected = told.Model.Known(
                    told.StepOf(moment), NumberOf(moment.User), int.MaxValue, Size);
                RequireEqual(sink[moment.RequestId], expected, $"seed {seed} moment {moment}");
                differing += expected.SequenceEqual(told.Model.Known(Steps, NumberOf(moment.User), int.MaxValue, Size)) ? 0 : 1;
            }
        }

        Assert.That(differing, Is.GreaterThan(20), "the past hardly differs from now, so a leak would not show");
    }

    [Test]
    public async Task AsCorrectedNow_RandomHistories_HoldsLateEventsAndCorrectionsAndNothingAfterTheTime()
    {
        int cut = 0;
        for (ulong seed = 1; seed <= (ulong)TestScale.Of(Histories); seed++)
        {
            using ToldStore told = new(seed, Size);
            await told.RunAsync(Steps, Users);
            SimRandom random = new(seed);
            TrainingMoment[] moments = [.. Enumerable.Range(0, 60).Select(i => new TrainingMoment(
                $"m{i}", UserId.From(1UL + (ulong)random.Below(Users)),
                TestStores.Start + (random.Below(60) * 60_000L) + random.Below(2)))];
            using KeepingSink sink = new();
            TrainingReport report = await TrainingSet.AsCorrectedNowAsync(
                told.Store, moments, PastStores.Name, sink, new TrainingOptions { Parallelism = 2 });
            Assert.That((report.Rows, report.Unlabelled), Is.EqualTo(((long)moments.Length, (long)moments.Length)));
            foreach (TrainingMoment moment in moments)
            {
                int minutes = (int)((moment.TimeMs - TestStores.Start) / 60_000);
                (int Minute, float Dwell, string Note)[] expected = told.Model.Known(Steps, NumberOf(moment.User), minutes, Size);
                RequireEqual(sink[moment.RequestId], expected, $"seed {seed} moment {moment}");
                cut += expected.SequenceEqual(told.Model.Known(Steps, NumberOf(moment.User), int.MaxValue, Size)) ? 0 : 1;
            }
        }

        Assert.That(cut, Is.GreaterThan(20), "hardly any time cuts a sequence, so a leak would not show");
    }

    [Test]
    public async Task AsKnownThen_BeforeTheStoreOrOfAnErasedUser_IsCountedAndGivesNoRow()
    {
        using ToldStore told = new(1, Size);
        TrainingMoment[] moments = await told.RunAsync(10, Users);
        ValueTask<AppendAck> erased = told.Store.EraseAsync(UserId.From(2UL));
        told.Store.Engine.RunPending();
        await erased;
        using KeepingSink sink = new();
        TrainingMoment[] asked = [.. moments, new TrainingMoment("early", UserId.From(1UL), TestStores.Start - 1, 1)];
        TrainingReport report = await TrainingSet.AsKnownThenAsync(told.Store, asked, PastStores.Name, sink);
        Assert.That(report.Missing[RebuildStatus.Expired], Is.EqualTo(1));
        Assert.That(report.Missing[RebuildStatus.ErasedUser], Is.EqualTo(moments.Count(moment => moment.User == UserId.From(2UL))));
        Assert.That(sink.Rows.Select(row => row.User), Has.None.EqualTo(UserId.From(2UL)));
    }

    [Test]
    public async Task AsKnownThen_StoreKeepsNoVersions_SaysSo()
    {
        using SignalStore store = TestStores.Open(ImportStore.NewFiles(), PastStores.Schema, new ManualTime(TestStores.Start));
        store.Definitions.Register(PastStores.Definition());
        using KeepingSink sink = new();
        await Assert.ThrowsAsync<VersionExpiredException>(
            () => TrainingSet.AsKnownThenAsync(store, [new("a", UserId.From(1UL), TestStores.Start)], PastStores.Name, sink));
        await Assert.ThrowsAsync<UnknownDefinitionException>(
            () => TrainingSet.AsCorrectedNowAsync(store, [new("a", UserId.From(1UL), TestStores.Start)], "none", sink));
        Assert.That(sink.Report, Is.Null);
    }

    [TestCase(PlacementChoice.Serving)]
    [TestCase(PlacementChoice.Automatic)]
    public async Task AsKnownThen_EnrichmentOfToday_IsRefusedByName(PlacementChoice placement)
    {
        using SignalStore store = PastStores.Open(ImportStore.NewFiles(record: false), new ManualTime(TestStores.Start));
        store.Definitions.Register(Enriched(placement), new EnrichmentCatalog(new TodaysCategory()));
        using KeepingSink sink = new();
        InvalidOperationException refusal = (await Assert.ThrowsAsync<InvalidOperationException>(
            () => TrainingSet.AsKnownThenAsync(store, [new("a", UserId.From(1UL), TestStores.Start)], "today", sink)))!;
        Assert.That(refusal.Message, Does.Contain("'today'").And.Contain("'categories'").And.Contain("receipts"));
        Assert.That(sink.Report, Is.Null);
    }

    [Test]
    public void AsKnownThen_EnrichmentStoredAtIndexing_IsTaken()
    {
        using SignalStore store = PastStores.Open(ImportStore.NewFiles(record: false), new ManualTime(TestStores.Start));
        store.Definitions.Register(Enriched(PlacementChoice.Indexing), new EnrichmentCatalog(new TodaysCategory()));
        using KeepingSink sink = new();
        TrainingMoment[] moments = [new("a", UserId.From(1UL), TestStores.Start)];
        Assert.That(() => TrainingSet.AsKnownThenAsync(store, moments, "today", sink), Throws.Nothing);
    }

    [Test]
    public async Task AsKnownThen_ErasedDuringTheRead_GivesNoRow()
    {
        ManualTime time = new(TestStores.Start + 3_600_000);
        using SignalStore store = PastStores.Open(ImportStore.NewFiles(record: false), time);
        SequenceDefinition acting = PastStores.Definition(version: 2) with { Where = Predicate.Filter("acting") };
        store.Definitions.Register(acting, new EnrichmentCatalog(new ActingFilter(() =>
        {
            _ = store.EraseAsync(UserId.From(1UL)).AsTask();
            store.Engine.RunPending();
        })));
        PastStores.Append(store, 1, 1, 2);
        time.NowMs += 2000;
        store.Engine.RunPending();
        using KeepingSink sink = new();
        TrainingReport report = await TrainingSet.AsKnownThenAsync(
            store, [new("a", UserId.From(1UL), time.NowMs)], PastStores.Name, sink);
        Assert.That(report.Missing[RebuildStatus.ErasedUser], Is.EqualTo(1));
        Assert.That(sink.Rows, Is.Empty);
    }

    private static SequenceDefinition Enriched(PlacementChoice placement) => SequenceDefinition.Create("today").OwnedBy("tests")
        .From("view", view => view.Last(5)).Enrich("categories", placement).Columns("dwell", "note", "category").Size(5).Build();

    private static ulong NumberOf(UserId user) => user.Low;

    private static void RequireEqual(KeptRow row, (int Minute, float Dwell, string Note)[] expected, string what)
    {
        Assert.That(row.Minutes, Is.EqualTo(expected.Select(one => one.Minute)), what);
        Assert.That(row.Dwell, Is.EqualTo(expected.Select(one => one.Dwell)), what);
        Assert.That(row.Notes, Is.EqualTo(expected.Select(one => one.Note)), what);
    }

    /// <summary>An enricher whose answer is what it knows now. Threads: any.</summary>
    private sealed class TodaysCategory : IEnricher
    {
        private readonly Output<int> _category;

        public TodaysCategory() => Signature = EnrichmentSignature.Named("categories", version: 1).On("view")
            .Input<ulong>("item", out _).Output("category", out _category).Build();

        public EnrichmentSignature Signature { get; }

        public void Enrich(EnrichmentBatch batch)
        {
            ColumnWriter<int> categories = batch.Write(_category);
            for (int row = 0; row < batch.Count; row++)
            {
                categories.Set(row, 7);
            }
        }
    }

    /// <summary>A store that is told a random history with late events, segments, flushes and merges, beside the model of it.</summary>
    private sealed class ToldStore : IDisposable
    {
        private readonly SimFileSystem _files = ImportStore.NewFiles(record: false);
        private readonly ManualTime _time = new(TestStores.Start + 3_600_000);
        private readonly Dictionary<string, int> _steps = [];
        private SimRandom _random;
        private int _generation;

        public ToldStore(ulong seed, int size)
        {
            _random = new SimRandom(seed);
            Store = PastStores.Open(_files, _time);
            Store.Definitions.Register(PastStores.Definition(version: 2, size));
        }

        public SignalStore Store { get; }

        public HistoryModel Model { get; } = new();

        public int StepOf(TrainingMoment moment) => _steps[moment.RequestId];

        public void Dispose() => Store.Dispose();

        public async Task<TrainingMoment[]> RunAsync(int steps, int users)
        {
            List<TrainingMoment> moments = [];
            for (int step = 1; step <= steps; step++)
            {
                await StepAsync(step, users);
                _time.NowMs += 2000;
                Store.Engine.RunPending(); // the state is recorded here
                long from = _time.NowMs;
                _time.NowMs += 1000L * (1 + _random.Below(10));
                Store.Engine.RunPending();
                for (int i = 0; i < 3; i++)
                {
                    string name = $"s{step}-{i}";
                    long at = from + _random.Below((int)(_time.NowMs - from));
                    moments.Add(new TrainingMoment(name, UserId.From(1UL + (ulong)_random.Below(users)), at, i));
                    _steps.Add(name, step);
                }
            }

            return [.. moments];
        }

        private async Task StepAsync(int step, int users)
        {
            switch (_random.Below(8))
            {
                case 0:
                    await ImportAsync(step, users);
                    break;
                case 1:
                    await Store.FlushAsync();
                    break;
                case 2 when _random.Coin():
                    await Store.CompactAsync();
                    break;
                default:
                    Append(step, users);
                    break;
            }
        }

        private void Append(int step, int users)
        {
            EventBatch batch = Store.CreateBatch("view");
            for (int i = 0; i < 4; i++)
            {
                ulong user = 1 + (ulong)_random.Below(users);
                int minute = _random.Below(60); // in any order, so most come late
                if (!Model.Has(user, minute))
                {
                    float dwell = _random.Below(5);
                    batch.Add(UserId.From(user), TestStores.Start + (minute * 60_000L), 1)
                        .Set("dwell", dwell).Set("note", $"s{step}");
                    Model.Insert(step, user, minute, dwell, $"s{step}");
                }
            }

            if (batch.Count > 0) // All four may be there already.
            {
                Store.Append(batch);
            }

            Store.Engine.RunPending();
        }

        private async Task ImportAsync(int step, int users)
        {
            _generation++;
            string path = $"/offline/{_generation}.seg";
            using (SegmentWriter writer = SegmentWriter.Create(
                _files, path, Store.Schema["view"], new SegmentOptions { Generation = _generation, Source = "test" }))
            {
                HashSet<(ulong, int)> written = [];
                for (int i = 0; i < 6; i++)
                {
                    ulong user = 1 + (ulong)_random.Below(users);
                    int minute = _random.Below(60);
                    if (written.Add((user, minute)))
                    {
                        Write(writer, step, user, minute);
                    }
                }

                writer.Finish();
            }

            await Store.ImportAsync(path, new ImportOptions { Move = true });
        }

        private void Write(SegmentWriter writer, int step, ulong user, int minute)
        {
            long time = TestStores.Start + (minute * 60_000L);
            float dwell = _random.Below(5);
            if (!Model.Has(user, minute))
            {
                writer.Insert(UserId.From(user), time, 1).Set("dwell", dwell).Set("note", $"s{step}");
                Model.Insert(step, user, minute, dwell, $"s{step}");
            }
            else if (_random.Below(3) == 0)
            {
                writer.Retract(UserId.From(user), time, 1);
                Model.Retract(step, user, minute);
            }
            else
            {
                writer.Correct(UserId.From(user), time, 1).Set("dwell", dwell);
                Model.Correct(step, user, minute, dwell);
            }
        }
    }
}
