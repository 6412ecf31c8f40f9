using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Orleans.TestingHost;
using Signals.Definitions;
using Signals.Orleans;
using Signals.Orleans.Partitions;
using Signals.Orleans.Placement;

namespace Signals.Tests.Cluster;

/// <summary>Silos in this process, each with folders of its own, over one log in memory. Threads: one test.</summary>
internal sealed class TestCluster : IAsyncDisposable
{
    public static readonly StoreSchema Schema = StoreSchema.Define(s => s
        .EventType("view", t => t.Field<int>("n").Text("country").Vector<Half>("vector", 4).Field<bool>("liked"))
        .EventType("buy", t => t.Field<double>("price")));

    public static readonly SequenceDefinition Feed = SequenceDefinition.Create("feed").OwnedBy("tests")
        .From("view", from => from.Last(50)).Size(8).Columns("n", "country", "vector", "liked")
        .Tensors(t => t.Output("n", TensorType.Float32, o => o.Column("n")).Mask("mask")).Build();

    private readonly string _root = Directory.CreateTempSubdirectory("signals-cluster-").FullName;
    private readonly InProcessTestCluster _cluster;
    private readonly int _partitions;

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private TestCluster(int silos, int partitions, Action<SignalsClusterOptions>? configure, TimeProvider? clock)
    {
        _partitions = partitions;
        Log = new MemoryLog(partitions);
        InProcessTestClusterBuilder builder = new((short)silos);
        builder.Options.InitializeClientOnDeploy = false;
        builder.Options.ConfigureFileLogging = false;
        builder.ConfigureSilo((silo, host) =>
        {
            host.AddSignalsCluster(options =>
            {
                options.Folder = FolderOf(silo.SiloName);
                options.Schema = Schema;
                options.Partitions = partitions;
                options.EndInterval = TimeSpan.FromMilliseconds(20);
                options.UseStore(_ => new StoreOptions { MemTableBytes = 1 << 20, RingBytes = 1 << 20, MaxBatchBytes = 1 << 18 });
                options.OnStoreOpened(store => store.Definitions.Register(Feed));
                configure?.Invoke(options);
            });
            host.Services.AddSingleton<IClusterLog>(Log);
            if (clock is not null)
            {
                host.Services.AddSingleton(clock);
            }

            host.Services.AddLogging(logging => logging.SetMinimumLevel(LogLevel.Warning));
        });
        _cluster = builder.Build();
    }

    public MemoryLog Log { get; }

    public IReadOnlyList<InProcessSiloHandle> Silos => _cluster.Silos;

    public static async Task<TestCluster> StartAsync(
        int silos, int partitions, Action<SignalsClusterOptions>? configure = null, TimeProvider? clock = null)
    {
        TestCluster cluster = new(silos, partitions, configure, clock);
        await cluster._cluster.DeployAsync();
        return cluster;
    }

    public string FolderOf(string silo) => Path.Combine(_root, silo);

    public static IClusterStore StoreOn(InProcessSiloHandle silo) => silo.ServiceProvider.GetRequiredService<IClusterStore>();

    public Task KillAsync(InProcessSiloHandle silo) => _cluster.KillSiloAsync(silo);

    public Task StopAsync(InProcessSiloHandle silo) => _cluster.StopSiloAsync(silo).WaitAsync(Patience);

    public Task<InProcessSiloHandle> JoinAsync() => _cluster.StartAdditionalSiloAsync();

    /// <summary>One event, whose fields follow from its number.</summary>
    public static SingleEvent View(UserId user, int n)
    {
        SingleEvent single = new() { User = user, TimeMs = 1_700_000_000_000 + n, Id = (ulong)n };
        single.Begin(Schema["view"]);
        single.Set(0, n);
        if (n % 3 != 0)
        {
            single.SetBytes(1, System.Text.Encoding.UTF8.GetBytes($"land {n}"));
        }

        single.Set(3, n % 2 == 0);
        return single;
    }

    /// <summary>
    /// Waits until each partition has its owner and its standby, both of them follow, and the owner is the machine that placement wants.
    /// Before that an owner may still move to a machine that started later.
    /// </summary>
    public Task SettleAsync() => UntilAsync(
        reports => Enumerable.Range(0, _partitions).All(partition => IsSettled(partition, reports)),
        "an owner where placement wants it, and a standby, of each partition");

    private bool IsSettled(int partition, IReadOnlyList<ReplicaReport> reports)
    {
        ReplicaReport[] replicas = [.. reports.Where(report => report.Partition == partition)];
        string wanted = Rendezvous.Order(partition, Silos.Select(silo => silo.Name))[0];
        return replicas.Length == Math.Min(2, Silos.Count)
            && replicas.All(report => report.State == ReplicaState.Following)
            && replicas.Where(report => report.Role == ReplicaRole.Owner).Select(report => report.Silo).SequenceEqual([wanted]);
    }

    /// <summary>Waits until something holds; fails after half a minute with the replicas as they are.</summary>
    public async Task UntilAsync(Func<IReadOnlyList<ReplicaReport>, bool> holds, string what)
    {
        long began = Environment.TickCount64;
        while (true)
        {
            ReplicaReport[] reports = [.. Silos.SelectMany(silo => StoreOn(silo).GetLocalReplicas())];
            if (holds(reports))
            {
                return;
            }

            if (Environment.TickCount64 - began > 30_000)
            {
                Assert.Fail($"{what} did not come about:\n{string.Join('\n', reports.Select(report => report.ToString()))}");
            }

            await Task.Delay(10);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _cluster.StopAllSilosAsync().WaitAsync(Patience);
        await _cluster.DisposeAsync();
        Directory.Delete(_root, recursive: true);
    }
}
