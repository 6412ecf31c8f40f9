using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Signals.Checkpoints;
using Signals.Orleans;
using Signals.Orleans.Placement;
using Signals.Testing;

namespace Signals.Tests.Cluster.Drills;

/// <summary>Three nodes, a Redis server, a broker and a folder that stands for shared storage. Threads: one test.</summary>
internal sealed class DrillCluster : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);

    private readonly string _root = Directory.CreateTempSubdirectory("signals-drill-").FullName;
    private readonly Dictionary<string, int> _ports = []; // The lock for the nodes, too.
    private readonly ConcurrentDictionary<int, bool> _excused = new(); // The keys count.
    private readonly TcpRelay? _relay;
    private RedisServer _redis = null!;

    private DrillCluster(DrillOptions options)
    {
        Options = options;
        KeepsPoison = options.KeepsPoison;
        Random = new Random(options.Seed);
        Broker = TestBroker.Start();
        Broker.CreateTopic(DrillSetup.Topic, options.Partitions);
        Load = new DrillLoad(Broker.BootstrapServers, options.Partitions);
        Directory.CreateDirectory(Shared);
        if (options.Network is DrillNetwork network)
        {
            IPEndPoint broker = IPEndPoint.Parse(Broker.BootstrapServers);
            _relay = new TcpRelay(new IPEndPoint(IPAddress.Parse(network.HostAddress), broker.Port), broker);
        }
    }

    public DrillOptions Options { get; }

    /// <summary>What the nodes that are started from now on do with records that no replica can apply.</summary>
    public bool KeepsPoison { get; set; }

    public Random Random { get; }

    public TestBroker Broker { get; }

    public RedisServer Redis => _redis;

    public DrillLoad Load { get; }

    public IReadOnlyList<string> Names { get; } = ["ada", "grace", "edsger"];

    public List<NodeProcess> Nodes { get; } = [];

    /// <summary>The longest of the waits of <see cref="UntilSettledAsync"/>; a drill sets it to zero.</summary>
    public TimeSpan LongestSettling { get; set; }

    private string Shared => Path.Combine(_root, "shared");

    public static async Task<DrillCluster> StartAsync(DrillOptions options)
    {
        if (!TestBroker.IsAvailable(out string reason))
        {
            Assert.Ignore($"The test broker cannot run here: {reason}");
        }

        DrillCluster cluster = new(options);
        try
        {
            cluster._redis = await RedisServer.StartAsync(
                options.Network?.HostAddress ?? "127.0.0.1", FreePort(), Path.Combine(cluster._root, "redis"));
            await Task.WhenAll(cluster.Names.Select(name => cluster.StartNodeAsync(name)));
            await cluster.UntilSettledAsync();
            return cluster;
        }
        catch
        {
            await cluster.DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts a node with this name, which goes on with the folder of the one before, as a supervisor does.</summary>
    public async Task StartNodeAsync(string name, int clockSeconds = 0)
    {
        const int Attempts = 3;
        for (int attempt = 1; !await StartProcess(name, clockSeconds).WhenReadyAsync(); attempt++)
        {
            Assert.That(attempt, Is.LessThan(Attempts), $"{name} was declared dead before it had begun, again and again");
        }
    }

    private NodeProcess StartProcess(string name, int clockSeconds)
    {
        lock (_ports)
        {
            int index = Names.ToList().IndexOf(name);
            if (!_ports.TryGetValue(name, out int port))
            {
                _ports[name] = port = Options.Network is null ? FreePorts() : 20_000;
            }

            NodeProcess node = NodeProcess.Start(SettingsOf(name, index, port, clockSeconds), Options.Network?.NamespaceOf(index));
            Nodes.RemoveAll(old => old.Name == name && !old.IsRunning);
            Nodes.Add(node);
            return node;
        }
    }

    /// <summary>The process of this name that runs and has started; null when there is none.</summary>
    public NodeProcess? TryFind(string name)
    {
        lock (_ports)
        {
            return Nodes.Find(node => node.Name == name && node.IsRunning && node.IsReady);
        }
    }

    public NodeProcess Find(string name) => TryFind(name) ?? throw new InvalidOperationException($"{name} does not run.");

    public string FolderOf(string name) => Path.Combine(_root, name);

    public void SetStorageFault(StorageFault fault) => SwitchedTarget.Set(DrillSetup.FaultFile(Shared), fault);

    /// <summary>
    /// From here on nobody has to answer for a partition, nor to hold it, until <see cref="Pardon"/>. What is answered must still be true.
    /// </summary>
    public void Excuse(int partition) => _excused[partition] = true;

    public void Pardon(int partition) => _excused.TryRemove(partition, out _);

    public bool IsExcused(int partition) => _excused.ContainsKey(partition);

    /// <summary>The replicas of the running nodes.</summary>
    public async Task<List<SeenReplica>> ReplicasAsync()
    {
        List<SeenReplica> replicas = [];
        foreach (NodeProcess node in Running())
        {
            string? line = await node.AskAsync("replicas", TimeSpan.FromSeconds(2));
            string[] parts = (line is null || line.Length < 4 ? "" : line[3..]).Split(';', StringSplitOptions.RemoveEmptyEntries);
            replicas.AddRange(parts.Select(part => SeenReplica.Parse(node, part)));
        }

        return replicas;
    }

    /// <summary>The node that owns most partitions.</summary>
    public async Task<NodeProcess> BusiestAsync() => (await ReplicasAsync())
        .Where(replica => replica.Role == ReplicaRole.Owner).GroupBy(replica => replica.Node).MaxBy(group => group.Count())!.Key;

    /// <summary>
    /// Waits until every partition has its owner and its standbys, all of them following, on the running nodes that should have them, and
    /// no further replica. To count the replicas is not enough: when a node has just come back, they are as many as there should be, and
    /// one of them is about to be closed.
    /// </summary>
    /// <param name="alsoExcused">Whether partitions count for which nobody has to answer.</param>
    public async Task UntilSettledAsync(bool alsoExcused = false)
    {
        long began = Stopwatch.GetTimestamp();
        while (!IsSettled(await ReplicasAsync(), alsoExcused))
        {
            if (Stopwatch.GetElapsedTime(began) > Patience)
            {
                Assert.Fail($"the cluster did not settle:\n{await DescribeAsync()}");
            }

            await Task.Delay(50);
        }

        TimeSpan took = Stopwatch.GetElapsedTime(began);
        LongestSettling = took > LongestSettling ? took : LongestSettling;
    }

    /// <summary>The replicas as they are, and what the nodes have logged.</summary>
    public async Task<string> DescribeAsync() => string.Join(
        '\n', (await ReplicasAsync()).Select(replica => replica.ToString()).Concat(Nodes.Select(node => $"{node.Name}:\n{node.Errors}")));

    /// <summary>Waits until every partition has a checkpoint at least at a position.</summary>
    public async Task UntilCheckpointsAsync(Func<int, long> position)
    {
        long began = Stopwatch.GetTimestamp();
        for (int partition = 0; partition < Options.Partitions; partition++)
        {
            CheckpointRestorer restorer = new(DrillSetup.TargetOf(Shared, partition));
            while (!(await restorer.FindCurrentAsync() is StoredCheckpoint current
                && current.Position.Sources.Any(source => source.Position >= position(partition))))
            {
                Assert.That(Stopwatch.GetElapsedTime(began), Is.LessThan(Patience), $"no checkpoint of partition {partition}");
                await Task.Delay(50);
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        Broker.BringUp();
        await Load.DisposeAsync();
        Nodes.ForEach(node => node.Dispose());
        _relay?.Dispose();
        Broker.Dispose();
        _redis?.Dispose();
        Directory.Delete(_root, recursive: true);
    }

    private NodeProcess[] Running()
    {
        lock (_ports)
        {
            return [.. Nodes.Where(node => node.IsRunning)];
        }
    }

    private bool IsSettled(List<SeenReplica> replicas, bool alsoExcused)
    {
        string[] running = [.. Running().Select(node => node.Name)];
        ILookup<int, SeenReplica> held = replicas.ToLookup(replica => replica.Partition);
        return Enumerable.Range(0, Options.Partitions).Where(partition => alsoExcused || !IsExcused(partition)).All(
            partition => IsSettled([.. held[partition]], [.. Rendezvous.Order(partition, running).Take(1 + Options.Standbys)]));
    }

    // The first of those that should hold a partition owns it.
    private static bool IsSettled(SeenReplica[] held, string[] expected) =>
        held.Select(replica => replica.Node.Name).Order().SequenceEqual(expected.Order())
        && held.All(replica => replica.State == ReplicaState.Following
            && replica.Role == (replica.Node.Name == expected[0] ? ReplicaRole.Owner : ReplicaRole.Standby));

    private NodeSettings SettingsOf(string name, int index, int port, int clockSeconds)
    {
        DrillNetwork? network = Options.Network;
        IPEndPoint broker = IPEndPoint.Parse(Broker.BootstrapServers);
        return new NodeSettings
        {
            Name = name,
            Address = network?.AddressOf(index) ?? "127.0.0.1",
            Port = port,
            Redis = _redis.Address,
            Brokers = Broker.BootstrapServers,
            BrokerRelay = network is null ? null : string.Create(CultureInfo.InvariantCulture, $"{network.HostAddress}:{broker.Port}"),
            Folder = FolderOf(name),
            Shared = Shared,
            Partitions = Options.Partitions,
            Standbys = Options.Standbys,
            KeepsPoison = KeepsPoison,
            ClockSeconds = clockSeconds,
        };
    }

    // The silo's port, and the next one for its gateway.
    private static int FreePorts()
    {
        for (int attempt = 0; attempt < 100; attempt++)
        {
            int port = FreePort();
            try
            {
                using TcpListener next = new(IPAddress.Loopback, port + 1);
                next.Start();
                return port;
            }
            catch (SocketException)
            {
                // Somebody has the gateway's port; the next free port has another neighbour.
            }
        }

        throw new InvalidOperationException("There are no two free ports in a row.");
    }

    private static int FreePort()
    {
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
