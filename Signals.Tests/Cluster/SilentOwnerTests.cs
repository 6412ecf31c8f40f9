using Orleans.TestingHost;
using Signals.Definitions;
using Signals.Orleans;
using Signals.Serving;

namespace Signals.Tests.Cluster;

/// <summary>Whom a read asks when the owner is silent.</summary>
[Category("Reliability")]
[NonParallelizable]
internal sealed class SilentOwnerTests
{
    private static readonly UserId User = UserId.From(1);

    private static readonly SequenceDefinition Watched = SequenceDefinition.Create("watched").OwnedBy("tests")
        .From("view", from => from.Last(50)).Size(8).Columns("n").Build();

    [Test]
    public async Task Read_TheOwnerIsSilent_ItsMachineIsNotAskedAgainBeforeTheStandby()
    {
        Watch watch = new();
        await using TestCluster cluster = await StartAsync(watch, options =>
        {
            options.OwnerTimeout = TimeSpan.FromMilliseconds(300);
            options.ReplicaTimeout = TimeSpan.FromSeconds(20);
        });
        IClusterStore stranger = Stranger(cluster);
        (await stranger.ReadAsync(User, "watched")).Dispose();
        watch.Reset();
        watch.Silent = Holder(cluster, ReplicaRole.Owner).Name;
        using (ClusterSequence answer = await stranger.ReadAsync(User, "watched"))
        {
            Assert.That(answer.Answer.Role, Is.EqualTo(ReplicaRole.Standby));
        }

        Assert.That(watch.CallsOf(watch.Silent), Is.EqualTo(1), "as the owner, and not by its name as well");
        watch.Release();
    }

    private static async Task<TestCluster> StartAsync(Watch watch, Action<SignalsClusterOptions> configure)
    {
        TestCluster cluster = await TestCluster.StartAsync(silos: 3, partitions: 1, options =>
        {
            options.OnStoreOpened(store => store.Definitions.Register(
                Watched, stages: new SequenceStages { Filter = watch.FilterOf(Path.GetFileName(Path.GetDirectoryName(store.Folder)!)) }));
            configure(options);
        });
        await cluster.SettleAsync();
        LogPosition position = await Stranger(cluster).AppendAsync(TestCluster.View(User, 1));
        await cluster.UntilAsync(reports => reports.All(report => report.Position == position.Offset), "replicas at the end");
        return cluster;
    }

    private static IClusterStore Stranger(TestCluster cluster) =>
        cluster.Silos.Select(TestCluster.StoreOn).Single(store => store.GetLocalReplicas().Count == 0);

    private static InProcessSiloHandle Holder(TestCluster cluster, ReplicaRole role) => cluster.Silos.Single(
        silo => TestCluster.StoreOn(silo).GetLocalReplicas().Any(report => report.Role == role));

    /// <summary>Counts the reads that reach each silo's store, and makes one of the silos silent. Threads: any.</summary>
    private sealed class Watch
    {
        private readonly TaskCompletionSource _ended = new();
        private readonly List<string> _calls = [];

        public string Silent { get; set; } = "";

        public int CallsOf(string silo)
        {
            lock (_calls)
            {
                return _calls.Count(call => call == silo);
            }
        }

        public void Reset()
        {
            lock (_calls)
            {
                _calls.Clear();
            }
        }

        public IFilterStage FilterOf(string silo) => new Filter(this, silo);

        /// <summary>Lets the reads go on that wait.</summary>
        public void Release() => _ended.SetResult();

        private sealed class Filter(Watch watch, string silo) : IFilterStage
        {
            void IFilterStage.Filter(RowSet rows)
            {
                lock (watch._calls)
                {
                    watch._calls.Add(silo);
                }

                if (watch.Silent == silo)
                {
                    watch._ended.Task.Wait(TimeSpan.FromSeconds(30));
                }
            }
        }
    }
}
