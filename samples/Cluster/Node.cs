using System.Globalization;
using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orleans.Configuration;
using Signals.Kafka;
using Signals.Orleans;
using StackExchange.Redis;

namespace Signals.Samples.Cluster;

/// <summary>
/// One machine of the cluster, as a process of its own. Twice a second it reads some users and prints a line with its replicas and how
/// the reads went. It ends with its input.
/// </summary>
internal static class Node
{
    public const string Word = "node";

    private static readonly ClusterQuery Newest = new() { EventTypes = ["view"], Last = 20 };

    public static async Task<int> RunAsync(string name, int port, string redis, string brokers, string folder)
    {
        HostApplicationBuilder builder = Host.CreateApplicationBuilder();
        builder.Logging.ClearProviders();
        builder.UseOrleans(silo => silo
            .Configure<SiloOptions>(o => o.SiloName = name)
            .Configure<ClusterOptions>(o => (o.ClusterId, o.ServiceId) = ("shop", "shop"))
            .ConfigureEndpoints(IPAddress.Loopback, port, port + 1)
            .UseRedisClustering(o => o.ConfigurationOptions = ConfigurationOptions.Parse(redis))
            .AddSignalsCluster(o =>
            {
                o.Folder = folder;
                o.Schema = Shop.Schema;
                o.Partitions = Shop.Partitions;
                o.UseStore(_ => new StoreOptions { MemoryBudgetBytes = 32 << 20 });
                o.UseKafka(
                    Shop.Topic, new KafkaPartitionOptions { BootstrapServers = brokers, Incarnation = Shop.Incarnation });
            }));
        using IHost host = builder.Build();
        await host.StartAsync();
        IClusterStore store = host.Services.GetRequiredService<IClusterStore>();
        using CancellationTokenSource ending = new();
        Task showing = ShowAsync(name, store, ending.Token);
        while (await Console.In.ReadLineAsync() is not null)
        {
            // It says nothing; it only ends.
        }

        await ending.CancelAsync();
        await showing;
        await host.StopAsync();
        return 0;
    }

    private static async Task ShowAsync(string name, IClusterStore store, CancellationToken cancellationToken)
    {
        Random random = new(name.Length);
        while (!cancellationToken.IsCancellationRequested)
        {
            ReadTally tally = new();
            for (int i = 0; i < 20; i++)
            {
                await tally.AddAsync(store, Shop.UserOf(random.Next(Shop.Users)), Newest);
            }

            string replicas = string.Join(';', store.GetLocalReplicas().Select(r => string.Create(
                CultureInfo.InvariantCulture,
                $"{r.Partition},{(int)r.Role},{(int)r.State},{r.Position},{r.Lag?.TotalMilliseconds ?? -1:F0}")));
            Console.WriteLine($"{replicas}|{tally}");
            await Task.Delay(500, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}
