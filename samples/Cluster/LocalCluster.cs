using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Signals.Kafka;
using Signals.Orleans;
using Signals.Testing;

namespace Signals.Samples.Cluster;

/// <summary>Redis, a broker, three nodes and a generator on this machine. Threads: one, and the generator's.</summary>
internal sealed class LocalCluster : IAsyncDisposable
{
    private static readonly string[] Names = ["ada", "grace", "edsger"];

    private readonly string _root = Directory.CreateTempSubdirectory("signals-cluster-").FullName;
    private readonly TestBroker _broker = TestBroker.Start();
    private readonly CancellationTokenSource _ending = new();
    private readonly Dictionary<string, int> _ports = Names.ToDictionary(name => name, _ => FreePort());
    private readonly Process _redis;
    private readonly string _redisAddress;
    private readonly KafkaSignals _log;
    private readonly Task _generating;
    private int _acknowledged;

    private LocalCluster(Process redis, string redisAddress)
    {
        (_redis, _redisAddress) = (redis, redisAddress);
        _broker.CreateTopic(Shop.Topic, Shop.Partitions);
        _log = KafkaSignals.Open(new KafkaSignalsOptions
        {
            BootstrapServers = _broker.BootstrapServers,
            Topic = Shop.Topic,
            Partitions = Shop.Partitions,
        });
        Nodes = [.. Names.Select(Start)];
        _generating = Task.Run(GenerateAsync);
    }

    public List<NodeProcess> Nodes { get; }

    /// <summary>The events that Kafka has acknowledged.</summary>
    public int Acknowledged => Volatile.Read(ref _acknowledged);

    /// <summary>Starts everything; null when there is no redis-server.</summary>
    public static async Task<LocalCluster?> TryStartAsync()
    {
        int port = FreePort();
        string number = port.ToString(CultureInfo.InvariantCulture);
        try
        {
            Process redis = Process.Start(new ProcessStartInfo(
                "redis-server", ["--port", number, "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"])
            {
                RedirectStandardOutput = true,
            })!;
            _ = redis.StandardOutput.ReadToEndAsync();
            await Task.Delay(500);
            return new LocalCluster(redis, $"127.0.0.1:{number}");
        }
        catch (Win32Exception)
        {
            return null;
        }
    }

    /// <summary>Kills the node that owns most partitions, and returns its name; null when none runs.</summary>
    public string? TryKillBusiest()
    {
        NodeProcess? busiest = Nodes.Where(node => node.IsRunning)
            .MaxBy(node => node.Status.Replicas.Count(replica => replica.Role == ReplicaRole.Owner));
        busiest?.Kill();
        return busiest?.Name;
    }

    /// <summary>Starts the nodes again that were killed. They go on with their folders.</summary>
    public void RestartKilled()
    {
        for (int i = 0; i < Nodes.Count; i++)
        {
            Nodes[i] = Nodes[i].IsRunning ? Nodes[i] : Start(Nodes[i].Name);
        }
    }

    /// <summary>
    /// Whether every partition has one owner, and as many replicas as the running nodes can hold, all of them up to date.
    /// </summary>
    public bool IsSettled()
    {
        NodeStatus.Replica[] replicas = [.. Nodes.SelectMany(node => node.Status.Replicas)];
        int copies = Math.Min(2, Nodes.Count(node => node.IsRunning));
        return Nodes.All(node => !node.IsRunning || node.Status.Replicas.Count > 0) // Each has some, once it has joined.
            && replicas.Length == copies * Shop.Partitions
            && replicas.All(replica => replica.State == ReplicaState.Following)
            && replicas.Count(replica => replica.Role == ReplicaRole.Owner) == Shop.Partitions;
    }

    public async ValueTask DisposeAsync()
    {
        await _ending.CancelAsync();
        await _generating;
        if (_redis.HasExited)
        {
            Nodes.ForEach(node => node.Kill()); // Ctrl+C ends Redis too, and without it no node ends in order.
        }

        await Task.WhenAll(Nodes.Select(node => Task.Run(node.Dispose)));
        _log.Dispose();
        _broker.Dispose();
        NodeProcess.Kill(_redis);
        _redis.Dispose();
        _ending.Dispose();
        Directory.Delete(_root, recursive: true);
    }

    private NodeProcess Start(string name) =>
        new(name, _ports[name], _redisAddress, _broker.BootstrapServers, Path.Combine(_root, name));

    private async Task GenerateAsync()
    {
        for (int n = 1; !_ending.IsCancellationRequested; n++)
        {
            await _log.AppendAsync(Shop.View(n));
            Interlocked.Increment(ref _acknowledged);
            await Task.Delay(5);
        }
    }

    private static int FreePort()
    {
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
