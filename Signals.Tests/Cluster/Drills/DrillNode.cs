using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Runtime.CompilerServices;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orleans.Configuration;
using Orleans.Hosting;
using Orleans.Runtime;
using Signals.Checkpoints;
using Signals.Kafka;
using Signals.Orleans;
using StackExchange.Redis;

namespace Signals.Tests.Cluster.Drills;

/// <summary>
/// One machine of a drill, as a process of its own: a silo with Redis membership that answers requests, a line each, until its input
/// ends. It stops in order on SIGTERM.
/// </summary>
/// <remarks>Threads: any. The stores are those that are open, or were opened last, by partition.</remarks>
internal sealed class DrillNode(NodeSettings settings)
{
    /// <summary>The word with which the test program becomes a node.</summary>
    public const string Word = "cluster-node";

    private static readonly TimeSpan HashPatience = TimeSpan.FromSeconds(10);

    private readonly ConcurrentDictionary<string, SignalStore> _stores = new();
    private readonly DrillClock _clock = new() { Offset = TimeSpan.FromSeconds(settings.ClockSeconds) };

    /// <summary>Runs a node until it is told to stop.</summary>
    /// <param name="settings">The settings in JSON.</param>
    /// <returns>The exit code.</returns>
    public static async Task<int> RunAsync(string settings)
    {
        await new DrillNode(NodeSettings.Parse(settings)).RunAsync();
        return 0;
    }

    private async Task RunAsync()
    {
        using TcpRelay? relay = settings.BrokerRelay is string target
            ? new TcpRelay(IPEndPoint.Parse(settings.Brokers), IPEndPoint.Parse(target))
            : null;
        HostApplicationBuilder builder = Host.CreateApplicationBuilder();
        builder.Logging.ClearProviders();
        builder.Logging.AddConsole(options => options.LogToStandardErrorThreshold = LogLevel.Trace).SetMinimumLevel(LogLevel.Warning);
        builder.Logging.AddFilter("Signals", LogLevel.Information);
        builder.UseOrleans(silo =>
        {
            silo.Configure<SiloOptions>(options => options.SiloName = settings.Name);
            silo.Configure<ClusterOptions>(options => (options.ClusterId, options.ServiceId) = ("drill", "drill"));
            silo.ConfigureEndpoints(IPAddress.Parse(settings.Address), settings.Port, settings.Port + 1);
            silo.UseRedisClustering(options => options.ConfigurationOptions = ConfigurationOptions.Parse(settings.Redis));
            silo.AddSignalsCluster(Configure);
        });
        builder.Services.AddSingleton<TimeProvider>(_clock);
        using IHost host = builder.Build();
        await host.StartAsync();
        Say("ready");
        IClusterStore store = host.Services.GetRequiredService<IClusterStore>();
        _ = Task.Run(() => ListenAsync(store, host.Services));
        await host.WaitForShutdownAsync();
    }

    private void Configure(SignalsClusterOptions options)
    {
        options.Folder = settings.Folder;
        options.Schema = DrillSetup.Schema;
        options.Partitions = settings.Partitions;
        options.Standbys = settings.Standbys;
        options.EndInterval = TimeSpan.FromMilliseconds(100);
        options.UseStore(_ => DrillSetup.StoreAt(_clock));
        options.OnStoreOpened(store => _stores[Path.GetFileName(store.Folder)] = store);
        options.UseKafka(DrillSetup.Topic, new KafkaPartitionOptions
        {
            BootstrapServers = settings.Brokers,
            Incarnation = DrillSetup.Incarnation,
            MaxBatchEvents = 500,
            Poison = settings.KeepsPoison ? PoisonPolicy.ToFolder(DrillSetup.PoisonFolder(settings.Folder)) : PoisonPolicy.Stop,
        });
        options.UseCheckpoints(
            partition => DrillSetup.TargetOf(settings.Shared, partition),
            new CheckpointScheduleOptions
            {
                Interval = TimeSpan.FromSeconds(3),
                PollInterval = TimeSpan.FromMilliseconds(200),
                BackOff = TimeSpan.FromMilliseconds(500),
                MaxBackOff = TimeSpan.FromSeconds(2),
            },
            new CheckpointOptions { PartBytes = 64 << 10, TimeProvider = _clock });
    }

    private async Task ListenAsync(IClusterStore store, IServiceProvider services)
    {
        while (await Console.In.ReadLineAsync() is string line)
        {
            string[] words = line.Split(' ');
            _ = Task.Run(async () => Say($"{words[0]} {await AnswerAsync(store, services, words)}"));
        }
    }

    private async Task<string> AnswerAsync(IClusterStore store, IServiceProvider services, string[] words)
    {
        try
        {
            switch (words[1])
            {
                case "read":
                    return await ReadAsync(store, Number(words[2]), DrillSetup.Newest, atLeast: null);
                case "readto":
                    return await ReadAsync(store, Number(words[2]), DrillSetup.Everything, (long)Number(words[3]));
                case "replicas":
                    return "ok " + string.Join(';', store.GetLocalReplicas().Select(Described));
                case "machines":
                    IClusterMembershipService membership = services.GetRequiredService<IClusterMembershipService>();
                    return "ok " + string.Join(';', membership.CurrentSnapshot.Members.Values
                        .Where(member => member.Status == SiloStatus.Active).Select(member => member.Name));
                case "health":
                    return "ok " + await HealthAsync(services.GetRequiredService<HealthCheckService>());
                case "hash":
                    return "ok " + await HashAsync((int)Number(words[2]), (long)Number(words[3]));
                case "clock":
                    _clock.Offset = TimeSpan.FromSeconds(int.Parse(words[2], CultureInfo.InvariantCulture));
                    return "ok";
                default:
                    return "err unknown request";
            }
        }
        catch (Exception error) // Whatever it was: the drill is told, and decides what it means.
        {
            return $"err {error.GetType().Name} {error.Message.ReplaceLineEndings(" ")}";
        }
    }

    private static async Task<string> HealthAsync(HealthCheckService health)
    {
        HealthReportEntry ready = (await health.CheckHealthAsync(check => check.Name == "signals-cluster")).Entries.Values.Single();
        return $"{ready.Status} {string.Join("; ", ready.Data.Select(about => $"{about.Key}={about.Value}"))}".ReplaceLineEndings(" ");
    }

    private static string Described(ReplicaReport replica)
    {
        string error = (replica.Error ?? "").ReplaceLineEndings(" ").Replace(';', ',').Replace('|', '/');
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{replica.Partition}|{replica.Role}|{replica.State}|{replica.Position}|{replica.Lag?.TotalMilliseconds ?? -1:F0}|{error}");
    }

    private async Task<string> ReadAsync(IClusterStore store, ulong number, ClusterQuery query, long? atLeast)
    {
        UserId user = UserId.From(number);
        LogPosition? position = atLeast is long offset ? new LogPosition(store.PartitionOf(user), offset) : null;
        StrongBox<long> looked = _clock.Watch();
        using ClusterSequence sequence = await store.ReadAsync(user, query, new ClusterReadOptions { AtLeast = position });
        long at = Volatile.Read(ref looked.Value);
        ClusterAnswer answer = sequence.Answer;
        long lag = answer.Lag is TimeSpan known ? (long)known.TotalMicroseconds : -1;
        string ids = string.Join(',', sequence.Ids.ToArray());
        return string.Create(
            CultureInfo.InvariantCulture,
            $"ok {answer.Position} {lag} {answer.Role} {answer.IsComplete} {answer.IsLocal} {Soundness(sequence)} {ids} {at}");
    }

    // Every column of a row must be of the same event.
    private static string Soundness(ClusterSequence sequence)
    {
        for (int row = 0; row < sequence.Count; row++)
        {
            int n = sequence.Field<int>("n")[row];
            if (sequence.Ids[row] != (ulong)n || !sequence.Text("note", row)!.StartsWith($"note {n} ", StringComparison.Ordinal))
            {
                return "torn";
            }
        }

        return "sound";
    }

    // The content of the replica here, once it has come to a position.
    private async Task<string> HashAsync(int partition, long position)
    {
        long began = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(began) < HashPatience)
        {
            try
            {
                if (_stores.TryGetValue(Path.GetFileName(DrillSetup.StoreFolder(settings.Folder, partition)), out SignalStore? store)
                    && store.GetResumePositions().Any(source => source.Position >= position))
                {
                    return DrillSetup.HashOf(store);
                }
            }
            catch (ObjectDisposedException)
            {
                // The replica is closed, or opened again.
            }

            await Task.Delay(20);
        }

        throw new TimeoutException($"The replica of partition {partition} here did not come to {position}.");
    }

    private static ulong Number(string word) => ulong.Parse(word, CultureInfo.InvariantCulture);

    private static void Say(string line)
    {
        lock (Console.Out)
        {
            Console.Out.WriteLine(line);
            Console.Out.Flush();
        }
    }
}
