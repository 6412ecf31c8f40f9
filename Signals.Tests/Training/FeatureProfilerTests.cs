using System.Diagnostics.Metrics;
using Signals.Definitions;
using Signals.Serving;
using Signals.Tests.Storage.DefinitionServing;
using Signals.Tests.Storage.Engine;
using Signals.Training;

namespace Signals.Tests.Training;

/// <summary>Profiles of features count what was served, and drift shows what moved and only that.</summary>
[Category("Fast")]
internal sealed class FeatureProfilerTests
{
    private static readonly FeatureProfilerOptions All = new() { Every = 1, RowsPerSequence = int.MaxValue };

    [Test]
    public void Add_RandomStores_CountsStatesAndValuesAsTheyAre()
    {
        for (ulong seed = 1; seed <= 5; seed++)
        {
            using RandomStore store = new(seed);
            SequenceDefinition definition = RawDefinition(store);
            store.Store.Definitions.Register(definition);
            FeatureProfiler profiler = new("raw", All);
            Dictionary<string, List<ColumnState>> states = [];
            for (ulong user = 1; user <= RandomStore.Users; user++)
            {
                using ServedSequence sequence = store.Store.Read(UserId.From(user), "raw");
                Assert.That(profiler.Add(sequence), Is.True);
                foreach (string column in sequence.ColumnNames)
                {
                    states.TryAdd(column, []);
                    states[column].AddRange(sequence.States(column));
                }
            }

            FeatureProfile profile = profiler.Snapshot()!;
            Assert.That(profile.Sequences, Is.EqualTo(RandomStore.Users));
            foreach (ColumnProfile column in profile.Columns)
            {
                List<ColumnState> seen = states[column.Name];
                Assert.That(
                    (column.Rows, column.Absent, column.Null, column.Sampled),
                    Is.EqualTo(((long)seen.Count, CountOf(ColumnState.Absent), CountOf(ColumnState.Null), CountOf(ColumnState.Value))),
                    $"seed {seed} {column.Name}");
                Assert.That(column.Percentiles, Is.Ordered, column.Name);

                long CountOf(ColumnState state) => seen.Count(one => one == state);
            }

            FeatureProfile again = FeatureProfile.Parse(profile.ToJson());
            Assert.That(again.ToJson(), Is.EqualTo(profile.ToJson()), "JSON keeps everything");
            Assert.That(
                FeatureDrift.Compare(profile, again).Where(drift => drift.Psi > 1e-9), Is.Empty, "nothing drifts from itself");
        }
    }

    [Test]
    public void Compare_DistributionMovedOrValuesMissing_ShowsWhereAndOnlyThere()
    {
        FeatureProfile baseline = ProfileOf(seed: 1, shift: 0, shareMissing: 0.1);
        FeatureProfile same = ProfileOf(seed: 2, shift: 0, shareMissing: 0.1);
        FeatureProfile moved = ProfileOf(seed: 3, shift: 2, shareMissing: 0.1);
        FeatureProfile missing = ProfileOf(seed: 4, shift: 0, shareMissing: 0.6);
        Assert.That(Psi(baseline, same, "dwell"), Is.LessThan(0.1));
        Assert.That(Psi(baseline, same, "note"), Is.LessThan(0.1));
        Assert.That(Psi(baseline, moved, "dwell"), Is.GreaterThan(0.25));
        Assert.That(Psi(baseline, moved, "note"), Is.LessThan(0.1), "only what moved");
        Assert.That(Psi(baseline, missing, "note"), Is.GreaterThan(0.25));
        FeatureDrift drifted = FeatureDrift.Compare(baseline, missing).Single(drift => drift.Column == "note");
        Assert.That(drifted.TodayMissing, Is.EqualTo(0.6).Within(0.05));
    }

    [Test]
    public void Compare_SharesOfBins_GivesTheIndexOfTheFormula()
    {
        FeatureProfile baseline = Bare([8, 8], missing: 4);
        FeatureProfile today = Bare([2, 8], missing: 10);
        double expected = Of(0.2, 0.5) + Of(0.4, 0.1) + Of(0.4, 0.4);
        Assert.That(FeatureDrift.Compare(baseline, today).Single().Psi, Is.EqualTo(expected).Within(1e-9));
        Assert.That(FeatureDrift.Compare(baseline, baseline).Single().Psi, Is.Zero);

        static double Of(double before, double now) => (now - before) * Math.Log(now / before);
    }

    [Test]
    public void Sample_OneInMany_LooksAtThatShareAndTakeBeginsAnew()
    {
        using SignalStore store = PastStores.Open(ImportStore.NewFiles(record: false), new ManualTime(TestStores.Start + 3_600_000));
        PastStores.Append(store, 1, 1, 2, 3);
        FeatureProfiler profiler = new(PastStores.Name, new FeatureProfilerOptions { Every = 10 });
        using ServedSequence sequence = store.Read(UserId.From(1UL), PastStores.Name);
        int taken = Enumerable.Range(0, 20_000).Count(_ => profiler.Sample(sequence));
        Assert.That(taken, Is.InRange(1_700, 2_300));
        Assert.That(profiler.Take()!.Sequences, Is.EqualTo(taken));
        Assert.That(profiler.Snapshot(), Is.Null);
        FeatureProfiler other = new("other", All);
        Assert.That(other.Add(sequence), Is.False);
    }

    [Test]
    public void Metrics_WithABaseline_ShowMissingAndDriftByColumn()
    {
        FeatureProfile baseline = ProfileOf(seed: 1, shift: 0, shareMissing: 0.1);
        FeatureProfiler profiler = new(PastStores.Name, All);
        Feed(profiler, seed: 3, shift: 2, shareMissing: 0.1);
        using FeatureMetrics metrics = new(profiler, baseline);
        Dictionary<string, double> seen = [];
        using MeterListener listener = new();
        listener.InstrumentPublished = (instrument, all) =>
        {
            if (instrument.Meter.Name == FeatureMetrics.MeterName)
            {
                all.EnableMeasurementEvents(instrument);
            }
        };
        listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) =>
            seen[$"{instrument.Name} {tags[0].Value} {tags[1].Value}"] = value);
        listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => seen[$"{instrument.Name} {tags[0].Value}"] = value);
        listener.Start();
        listener.RecordObservableInstruments();
        Assert.That(seen["signals.feature.sequences feed"], Is.EqualTo(40));
        Assert.That(seen["signals.feature.missing feed note"], Is.EqualTo(0.1).Within(0.05));
        Assert.That(seen["signals.feature.psi feed dwell"], Is.GreaterThan(0.25));
        Assert.That(seen, Does.ContainKey("signals.feature.distinct feed item"));
    }

    [Test]
    public void Add_OlderVersionThanOneOfThePeriod_IsPassedOver()
    {
        using SignalStore store = PastStores.Open(ImportStore.NewFiles(record: false), new ManualTime(TestStores.Start + 3_600_000));
        PastStores.Append(store, 1, 1, 2, 3);
        using ServedSequence older = store.Read(UserId.From(1UL), PastStores.Name);
        store.Definitions.Register(PastStores.Definition(version: 2));
        using ServedSequence newer = store.Read(UserId.From(1UL), PastStores.Name);
        FeatureProfiler profiler = new(PastStores.Name, All);
        Assert.That((profiler.Add(older), profiler.Add(newer), profiler.Add(older)), Is.EqualTo((true, true, false)));
        Assert.That((profiler.Snapshot()!.Version, profiler.Take()!.Sequences), Is.EqualTo((2, 2L)));
        Assert.That(profiler.Add(older), Is.True, "a new period");
    }

    [Test]
    public void Compare_NaN_HasABinOfItsOwn()
    {
        FeatureProfile none = Numbers(notANumber: 0);
        FeatureProfile half = Numbers(notANumber: 50);
        FeatureProfile only = Numbers(notANumber: 100);
        Assert.That(PsiOf(none, none), Is.Zero);
        Assert.That(PsiOf(half, half), Is.Zero);
        Assert.That(PsiOf(only, only), Is.Zero);
        double toHalf = ((0.5 - 1e-4) * Math.Log(0.5 / 1e-4)) + (0.5 * Math.Log(2));
        Assert.That(PsiOf(none, half), Is.EqualTo(toHalf).Within(1e-6));
        Assert.That(PsiOf(none, only), Is.GreaterThan(PsiOf(none, half)!.Value));
        Assert.That(PsiOf(only, none), Is.GreaterThan(PsiOf(half, none)!.Value));

        static double? PsiOf(FeatureProfile baseline, FeatureProfile today) => FeatureDrift.Compare(baseline, today).Single().Psi;
    }

    [TestCase("null")]
    [TestCase("{}")]
    [TestCase("[1")]
    [TestCase("""{"definition":"a","version":1,"sequences":1,"mean_length":1,"incomplete":0,"empty":0,"columns":[null]}""")]
    public void Parse_NoProfile_SaysSo(string text) => Assert.That(() => FeatureProfile.Parse(text), Throws.TypeOf<FormatException>());

    /// <summary>A profile of one column of 100 numbers, of which some are NaN and the others go evenly from 0 to 100.</summary>
    private static FeatureProfile Numbers(long notANumber) => Bare([], missing: 0) with
    {
        Columns =
        [
            Bare([], missing: 0).Columns[0] with
            {
                Type = "Float32",
                Rows = 100,
                Sampled = 100,
                NotANumber = notANumber,
                Percentiles = notANumber == 100 ? [] : [.. Enumerable.Range(0, 101).Select(i => (double)i)],
            },
        ],
    };

    /// <summary>A profile of one text column of 20 rows, whose values are in the first buckets.</summary>
    private static FeatureProfile Bare(long[] buckets, long missing) => new()
    {
        Definition = "bare",
        Version = 1,
        Sequences = 1,
        MeanLength = 20,
        Incomplete = 0,
        Empty = 0,
        Columns =
        [
            new ColumnProfile
            {
                Name = "note",
                Type = "Text",
                Rows = buckets.Sum() + missing,
                Absent = missing,
                Null = 0,
                Sampled = buckets.Sum(),
                NotANumber = 0,
                Distinct = buckets.Length,
                Mean = null,
                Percentiles = [],
                Buckets = [.. buckets, .. new long[16 - buckets.Length]],
            },
        ],
    };

    private static SequenceDefinition RawDefinition(RandomStore store) => SequenceDefinition.Create("raw").OwnedBy("tests")
        .From("a", a => a.Last(5)).Size(5).Columns([.. store.ColumnsOf("a").Select(column => column.Name).Where(IsStored)]).Build();

    private static bool IsStored(string column) => column is not ("triple" or "vector");

    private static double Psi(FeatureProfile baseline, FeatureProfile today, string column) =>
        FeatureDrift.Compare(baseline, today).Single(drift => drift.Column == column).Psi!.Value;

    private static FeatureProfile ProfileOf(int seed, float shift, double shareMissing)
    {
        FeatureProfiler profiler = new(PastStores.Name, All);
        Feed(profiler, seed, shift, shareMissing);
        return profiler.Snapshot()!;
    }

    private static void Feed(FeatureProfiler profiler, int seed, float shift, double shareMissing)
    {
        using SignalStore store = PastStores.Open(ImportStore.NewFiles(record: false), new ManualTime(TestStores.Start + 86_400_000));
        store.Definitions.Register(PastStores.Definition(version: 2, size: 100));
        Random random = new(seed);
        for (ulong user = 1; user <= 40; user++)
        {
            EventBatch batch = store.CreateBatch("view");
            for (int i = 0; i < 60; i++)
            {
                EventRow row = batch.Add(UserId.From(user), TestStores.Start + (i * 60_000L), 1)
                    .Set("item", (ulong)random.Next(500)).Set("dwell", 1 + shift + (random.NextSingle() * 4));
                if (random.NextDouble() >= shareMissing)
                {
                    row.Set("note", $"n{random.Next(7)}");
                }
            }

            store.Append(batch);
            store.Engine.RunPending();
            using ServedSequence sequence = store.Read(UserId.From(user), PastStores.Name);
            profiler.Add(sequence);
        }
    }
}
