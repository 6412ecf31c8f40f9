using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orleans.Hosting;
using Signals.Bench.Kafka;
using Signals.Definitions;
using Signals.Kafka;
using Signals.Orleans;
using Signals.Testing;

namespace Signals.Bench.LocalReads;

/// <summary>
/// A host with one silo that owns one partition, over a broker in this process. Its store is filled directly. One thread. Lifetime: dispose
/// stops the host.
/// </summary>
internal sealed class OneSilo : IDisposable
{
    /// <summary>The newest events of one type.</summary>
    public const string Definition = "newest";

    /// <summary>Events of three types that meet two conditions.</summary>
    public const string Filtered = "filtered";

    private const string Topic = "events";
    private const int BatchEvents = 8_192;
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(20);

    private readonly TestBroker _broker;
    private readonly IHost _host;

    private OneSilo(TestBroker broker, IHost host, SignalStore store)
    {
        (_broker, _host, Store) = (broker, host, store);
        Cluster = host.Services.GetRequiredService<IClusterStore>();
    }

    /// <summary>The store of the partition.</summary>
    public SignalStore Store { get; }

    /// <summary>The cluster around it.</summary>
    public IClusterStore Cluster { get; }

    public static OneSilo Start(string folder, KafkaWorkload workload, string eventType, int rows, string[] columns)
    {
        TestBroker broker = TestBroker.Start();
        broker.CreateTopic(Topic);
        TaskCompletionSource<SignalStore> opened = new(TaskCreationOptions.RunContinuationsAsynchronously);
        SequenceDefinition newest = SequenceDefinition.Create(Definition).OwnedBy("bench")
            .From(eventType, from => from.Last(rows)).Size(rows).Columns(columns).Build();
        SequenceDefinition filtered = SequenceDefinition.Create(Filtered).OwnedBy("bench")
            .From("view", from => from.Last(2 * rows)).From("click", from => from.Last(rows)).From("purchase", from => from.Last(rows))
            .Where(Predicate.OnColumn("dwell").GreaterThan(2.0) & Predicate.OnColumn("surface").NotEqualTo(3))
            .Size(2 * rows).Columns(columns).Build();
        HostApplicationBuilder builder = Host.CreateApplicationBuilder();
        builder.Logging.ClearProviders();
        builder.UseOrleans(silo => silo.UseLocalhostClustering(FreePort(), FreePort()).AddSignalsCluster(options =>
        {
            options.Folder = folder;
            options.Partitions = 1;
            options.Standbys = 0;
            options.Schema = workload.Schema;
            options.UseKafka(Topic, new KafkaPartitionOptions
            {
                BootstrapServers = broker.BootstrapServers,
                Incarnation = SourceIncarnation.From("bench"),
            });
            options.OnStoreOpened(store =>
            {
                Fill(store, workload);
                store.Definitions.Register(newest);
                store.Definitions.Register(filtered);
                opened.TrySetResult(store);
            });
        }));
        IHost host = builder.Build();
        host.Start();
        OneSilo one = new(broker, host, opened.Task.WaitAsync(Patience).GetAwaiter().GetResult());
        using ManualResetEventSlim never = new();
        long began = Stopwatch.GetTimestamp();
        while (!one.Cluster.GetLocalReplicas().Any(static replica => replica is { Role: ReplicaRole.Owner, State: ReplicaState.Following }))
        {
            if (Stopwatch.GetElapsedTime(began) > Patience)
            {
                string replicas = string.Join(", ", one.Cluster.GetLocalReplicas());
                throw new TimeoutException($"The silo did not own its partition after {Patience}; its replicas: {replicas}");
            }

            never.Wait(Poll);
        }

        return one;
    }

    public void Dispose()
    {
        _host.StopAsync().GetAwaiter().GetResult();
        _host.Dispose();
        _broker.Dispose();
    }

    private static void Fill(SignalStore store, KafkaWorkload workload)
    {
        GroupFiller filler = new(workload, store.CreateGroup("bench"));
        AppendTicket last = default;
        for (int at = 0; at < workload.Log.Count; at += BatchEvents)
        {
            last = store.AppendGroup(filler.Fill(at, Math.Min(BatchEvents, workload.Log.Count - at)));
        }

        store.WaitAsync(last).AsTask().GetAwaiter().GetResult();
        store.FlushAsync().GetAwaiter().GetResult();
        store.CompactAsync().GetAwaiter().GetResult();
    }

    private static int FreePort()
    {
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
