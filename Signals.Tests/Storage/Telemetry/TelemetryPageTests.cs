using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Text.RegularExpressions;
using Signals.Offline;
using Signals.Serving;
using Signals.Storage.Telemetry;
using Signals.Tests.Architecture;
using Signals.Tests.Storage.Engine;

namespace Signals.Tests.Storage.Telemetry;

/// <summary>What docs/metrics.md lists is what a store emits under use: names, kinds, units, activities and their tags.</summary>
[NonParallelizable]
internal sealed partial class TelemetryPageTests
{
    private static readonly StoreSchema Schema = StoreSchema.Define(s => s.EventType("view", t => t.Field<int>("n")));

    // What a cluster emits is in a section of its own.
    private static readonly string Page = File.ReadAllText(Path.Combine(SourceFile.RepositoryRoot(), "docs", "metrics.md"))
        .Split("\n## A cluster\n")[0];

    private string _root = null!;

    [SetUp]
    public void MakeFolder() => _root = Directory.CreateTempSubdirectory("signals-").FullName;

    [TearDown]
    public void DeleteFolder() => Directory.Delete(_root, recursive: true);

    [Test]
    public async Task Instruments_OfAStoreInUse_AreThoseOfThePageAndAllEmit()
    {
        using Measured measured = new("documented");
        await using SignalStore store = Open("documented");
        await UseAsync(store);
        measured.Collect("signals.ring.size");

        IEnumerable<string> documented = InstrumentRow().Matches(Page)
            .Select(row => $"{row.Groups[1]} {row.Groups[2]} {row.Groups[3]}").Order(StringComparer.Ordinal);
        Assert.That(measured.Instruments.Values.Select(i => $"{i.Name} {KindOf(i)} {i.Unit}"), Is.EqualTo(documented));
        Assert.That(measured.Instruments.Keys.Where(name => measured.CountOf(name) == 0), Is.Empty);
    }

    [Test]
    public async Task Histograms_OfAStore_BringBucketsInSeconds()
    {
        using Measured measured = new("buckets");
        await using SignalStore store = Open("buckets");
        Histogram<double>[] histograms = [.. measured.Instruments.Values.OfType<Histogram<double>>()];
        Assert.That(histograms, Has.Length.EqualTo(4));
        Assert.That(histograms.Select(h => h.Advice?.HistogramBucketBoundaries?[0] ?? double.NaN), Is.All.LessThanOrEqualTo(0.001));
        Histogram<double> reads = histograms.Single(h => h.Name == "signals.read.duration");
        Assert.That(reads.Advice?.HistogramBucketBoundaries, Is.EqualTo(SecondsBuckets.Short.HistogramBucketBoundaries));
    }

    [Test]
    public async Task Activities_OfAStoreInUse_AreThoseOfThePageWithTheirTags()
    {
        SortedSet<string> seen = new(StringComparer.Ordinal);
        using ActivityListener listener = new()
        {
            ShouldListenTo = source => source.Name == "Signals.Storage",
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
            ActivityStopped = activity =>
            {
                if ((string?)activity.GetTagItem("signals.store") == "documented activities")
                {
                    lock (seen)
                    {
                        IEnumerable<string> tags = activity.TagObjects.Select(tag => tag.Key).Where(key => key != "signals.store");
                        seen.Add($"{activity.OperationName}: {string.Join(' ', tags)}");
                    }
                }
            },
        };
        ActivitySource.AddActivityListener(listener);
        await using (SignalStore store = Open("documented activities"))
        {
            await UseAsync(store);
        }

        IEnumerable<string> documented = ActivityRow().Matches(Page)
            .Select(row => $"{row.Groups[1]}: "
                + row.Groups[2].Value.Replace("`", "", StringComparison.Ordinal).Replace(",", "", StringComparison.Ordinal))
            .Order(StringComparer.Ordinal);
        Assert.That(seen, Is.EqualTo(documented));
    }

    private SignalStore Open(string name) => SignalStore.Open(
        Path.Combine(_root, "store"), Schema, new StoreOptions { Name = name, MemTableBytes = 1 << 20, BlockCacheBytes = 1 << 20 });

    /// <summary>Appends, flushes, reads, merges, imports and lets a tenant in: whatever has an instrument or an activity.</summary>
    private async Task UseAsync(SignalStore store)
    {
        for (ulong round = 0; round < 2; round++)
        {
            EventBatch batch = store.CreateBatch("view");
            batch.Add(UserId.From(1), TestStores.Start, round).Set("n", 1);
            await store.AppendAsync(batch);
            await store.FlushAsync();
        }

        store.Read(UserId.From(1), store.Query("view").Build()).Dispose();
        await store.CompactAsync();
        string segment = Path.Combine(_root, "day.seg");
        using (SegmentWriter writer = SegmentWriter.Create(segment, Schema["view"], new SegmentOptions { Generation = 1 }))
        {
            writer.Insert(UserId.From(2), TestStores.Start, 1).Set("n", 1);
            writer.Finish();
        }

        await store.ImportAsync(segment);
        store.Tenants.Register("team", new TenantOptions()).Enter().Complete(rows: 1);
    }

    private static string KindOf(Instrument instrument) => instrument.GetType().Name switch
    {
        "Histogram`1" => "histogram",
        "Counter`1" or "ObservableCounter`1" => "counter",
        _ => "level",
    };

    [GeneratedRegex(@"^\| `(signals\.[\w.]+)` \| (\w+) \| `([^`]+)` \|", RegexOptions.Multiline)]
    private static partial Regex InstrumentRow();

    [GeneratedRegex(@"^\| `(signals\.\w+)` \| [^|`]+ \| ((?:`[\w.]+`(?:, )?)+) \|$", RegexOptions.Multiline)]
    private static partial Regex ActivityRow();
}
