using System.Diagnostics.Metrics;
using System.Text.RegularExpressions;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Orleans.TestingHost;
using Signals.Checkpoints;
using Signals.Orleans;
using Signals.Tests.Architecture;

namespace Signals.Tests.Cluster.Observing;

/// <summary>What a cluster in use emits, as the page lists it and without tags that grow, and what its health checks say.</summary>
[Category("Reliability")]
[NonParallelizable]
internal sealed partial class ClusterTelemetryTests
{
    private static readonly UserId User = UserId.From(1);

    [Test]
    public async Task Cluster_InUse_MeasuresWhatThePageListsAndIsHealthy()
    {
        string shared = Directory.CreateTempSubdirectory("signals-shared-").FullName;
        using ClusterMeasured measured = new();
        try
        {
            await using TestCluster cluster = await TestCluster.StartAsync(silos: 3, partitions: 1, options =>
            {
                options.UseCheckpoints(partition => new FolderTarget(Path.Combine(shared, $"{partition}")));
                options.Health.MaxLag = TimeSpan.FromMilliseconds(500);
            });
            await cluster.SettleAsync();
            await ReadEverywhereAsync(cluster, measured);
            AssertCounts(measured);
            AssertDocumented(measured);
            AssertTagsAreBounded(measured);
            await AssertHealthAsync(cluster);
        }
        finally
        {
            Directory.Delete(shared, recursive: true);
        }
    }

    // A local read, one that asks another machine, and one that nobody can answer as it asks.
    private static async Task ReadEverywhereAsync(TestCluster cluster, ClusterMeasured measured)
    {
        InProcessSiloHandle owner = Holder(cluster, ReplicaRole.Owner);
        InProcessSiloHandle stranger = cluster.Silos.Single(silo => TestCluster.StoreOn(silo).GetLocalReplicas().Count == 0);
        LogPosition position = await TestCluster.StoreOn(owner).AppendAsync(TestCluster.View(User, 3));
        await cluster.UntilAsync(reports => reports.All(report => report.Position == position.Offset), "replicas at the end");
        using (ClusterSequence local = await TestCluster.StoreOn(owner).ReadAsync(User, "feed"))
        {
            Assert.That(local.Answer.IsLocal);
        }

        using (ClusterSequence remote = await TestCluster.StoreOn(stranger).ReadAsync(User, "feed"))
        {
            Assert.That((remote.Answer.IsLocal, remote.Answer.Role), Is.EqualTo((false, ReplicaRole.Owner)));
        }

        Assert.That(measured.Sum("signals.cluster.reads", "signals.place=remote", $"signals.silo={stranger.Name}"), Is.EqualTo(1));
        Assert.That(
            async () => await TestCluster.StoreOn(stranger).ReadAsync(
                User, "feed", new ClusterReadOptions { MaxLag = TimeSpan.FromTicks(-1) }),
            Throws.InstanceOf<PartitionUnavailableException>());
    }

    private static void AssertCounts(ClusterMeasured measured)
    {
        Assert.That(measured.Sum("signals.cluster.reads", "signals.place=local"), Is.EqualTo(1));
        Assert.That(measured.Sum("signals.cluster.reads", "signals.answer=refused"), Is.EqualTo(1));
        Assert.That(measured.Sum("signals.cluster.read.duration"), Is.EqualTo(2), "those that asked another machine");
        Assert.That(
            measured.Sum("signals.cluster.call.duration", "signals.target=owner", "signals.outcome=served"), Is.GreaterThanOrEqualTo(1));
        Assert.That(measured.Sum("signals.cluster.call.duration", "signals.outcome=not_ready"), Is.GreaterThanOrEqualTo(1));
        Assert.That(measured.Sum("signals.cluster.replica.owner"), Is.EqualTo(1));
        Assert.That(measured.Sum("signals.cluster.replica.state", "signals.state=following"), Is.EqualTo(2));
        Assert.That(measured.Sum("signals.cluster.promotions", "signals.partition=0"), Is.GreaterThanOrEqualTo(1));
        Assert.That(measured.Sum("signals.cluster.promotions", "signals.reason=failover"), Is.Zero);
        Assert.That(measured.Sum("signals.cluster.restore.duration"), Is.GreaterThanOrEqualTo(2));
    }

    private static void AssertDocumented(ClusterMeasured measured)
    {
        string page = File.ReadAllText(Path.Combine(SourceFile.RepositoryRoot(), "docs", "metrics.md"));
        IEnumerable<string> documented = InstrumentRow().Matches(page)
            .Select(row => $"{row.Groups[1]} {row.Groups[2]} {row.Groups[3]}").Order(StringComparer.Ordinal);
        Assert.That(measured.Instruments.Values.Select(i => $"{i.Name} {KindOf(i)} {i.Unit}"), Is.EqualTo(documented));
        HashSet<string> emitted = [.. measured.Collect().Select(series => series.Name)];
        Assert.That(measured.Instruments.Keys.Where(name => !emitted.Contains(name)), Is.Empty);
        foreach (Histogram<double> histogram in measured.Instruments.Values.OfType<Histogram<double>>())
        {
            IReadOnlyList<double>? bounds = histogram.Advice?.HistogramBucketBoundaries;
            Assert.That(
                bounds, Is.Ordered.And.Property("Count").InRange(8, 20),
                $"the default buckets are made for milliseconds: {histogram.Name}");
        }
    }

    private static void AssertTagsAreBounded(ClusterMeasured measured)
    {
        string[] unknown =
        [
            .. measured.Collect().SelectMany(series => series.Tags.Split(',')).Distinct().Where(tag => !KnownTag().IsMatch(tag)),
        ];
        Assert.That(unknown, Is.Empty);
    }

    private static async Task AssertHealthAsync(TestCluster cluster)
    {
        foreach (InProcessSiloHandle silo in cluster.Silos)
        {
            HealthReport report = await CheckAsync(silo);
            Assert.That(report.Entries.Keys, Is.EquivalentTo(new[] { "signals-cluster", "signals-cluster-live" }));
            Assert.That(report.Status, Is.EqualTo(HealthStatus.Healthy), report.Entries["signals-cluster"].Description);
        }

        InProcessSiloHandle standby = Holder(cluster, ReplicaRole.Standby);
        cluster.Log.HeldBack = Path.DirectorySeparatorChar + standby.Name + Path.DirectorySeparatorChar;
        await TestCluster.StoreOn(standby).AppendAsync(TestCluster.View(User, 4));
        await cluster.UntilAsync(
            reports => reports.Any(report => report.Role == ReplicaRole.Standby && report.Lag > TimeSpan.FromMilliseconds(500)),
            "a late standby");
        HealthReportEntry late = (await CheckAsync(standby)).Entries["signals-cluster"];
        Assert.That((late.Status, late.Description), Is.EqualTo((HealthStatus.Degraded, late.Description)));
        Assert.That(late.Description, Does.Match(@"^partition 0: it is up to [\d.]+ s late, more than 0\.5 s\.$"));
        HealthReportEntry alone = (await CheckAsync(Holder(cluster, ReplicaRole.Owner))).Entries["signals-cluster"];
        Assert.That(alone.Status, Is.EqualTo(HealthStatus.Degraded));
        Assert.That(alone.Description, Is.EqualTo($"partition 0: no standby is up to date: '{standby.Name}' is Following."));
        Assert.That((alone.Data["owned"], alone.Data["held"]), Is.EqualTo((1, 1)));
        Assert.That(alone.Data["partition.0"], Does.StartWith("no standby is up to date"));
    }

    private static Task<HealthReport> CheckAsync(InProcessSiloHandle silo) =>
        silo.ServiceProvider.GetRequiredService<HealthCheckService>().CheckHealthAsync();

    private static InProcessSiloHandle Holder(TestCluster cluster, ReplicaRole role) => cluster.Silos.Single(
        silo => TestCluster.StoreOn(silo).GetLocalReplicas().Any(report => report.Role == role));

    private static string KindOf(Instrument instrument) => instrument.GetType().Name switch
    {
        "Histogram`1" => "histogram",
        "Counter`1" or "ObservableCounter`1" => "counter",
        _ => "level",
    };

    [GeneratedRegex(@"^\| `(signals\.cluster\.[\w.]+)` \| (\w+) \| `([^`]+)` \|", RegexOptions.Multiline)]
    private static partial Regex InstrumentRow();

    [GeneratedRegex(
        @"^signals\.(silo=Silo_\d|partition=0|state=(opening|catching_up|following|failed|closing|stopped)|reason=(placed|moved|failover)"
        + @"|place=(local|remote)|answer=(complete|lagging|refused)|target=(owner|replica)"
        + @"|outcome=(served|not_ready|timed_out|unreachable|failed|restored|local_kept|nothing))$")]
    private static partial Regex KnownTag();
}
