using System.Diagnostics.Metrics;
using System.Globalization;
using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orleans.Configuration;
using Orleans.Hosting;
using Signals.Orleans;
using Signals.Orleans.Partitions;

namespace Signals.Tests.Cluster.Postgres;

/// <summary>
/// A silo with its membership in PostgreSQL, as a process of its own, over a log that is empty. It says ten times a second what it holds,
/// and ends with its input.
/// </summary>
internal static class PostgresNode
{
    /// <summary>The word with which the test program becomes a node.</summary>
    public const string Word = "postgres-node";

    public const int Partitions = 8;

    /// <summary>Runs the node. The gateway has the port after the silo's.</summary>
    public static async Task<int> RunAsync(string name, string port, string connection, string folder)
    {
        List<string> promotions = [];
        using MeterListener listener = Listen(promotions);
        int siloPort = int.Parse(port, CultureInfo.InvariantCulture);
        HostApplicationBuilder builder = Host.CreateApplicationBuilder();
        builder.Logging.ClearProviders();
        builder.Logging.AddConsole(options => options.LogToStandardErrorThreshold = LogLevel.Trace).SetMinimumLevel(LogLevel.Warning);
        builder.UseOrleans(silo =>
        {
            silo.Configure<SiloOptions>(options => options.SiloName = name);
            silo.Configure<ClusterOptions>(options => (options.ClusterId, options.ServiceId) = ("postgres", "postgres"));
            silo.ConfigureEndpoints(IPAddress.Loopback, siloPort, siloPort + 1);
            silo.UseAdoNetClustering(options => (options.Invariant, options.ConnectionString) = ("Npgsql", connection));
            silo.AddSignalsCluster(options =>
            {
                (options.Folder, options.Schema, options.Partitions) = (folder, TestCluster.Schema, Partitions);
                options.UseStore(_ => new StoreOptions { MemTableBytes = 1 << 20, RingBytes = 1 << 20, MaxBatchBytes = 1 << 18 });
            });
            silo.Services.AddSingleton<IClusterLog>(new MemoryLog(Partitions));
        });
        using IHost host = builder.Build();
        await host.StartAsync();
        IClusterStore store = host.Services.GetRequiredService<IClusterStore>();
        Task<string?> ending = Task.Run(Console.In.ReadLine); // The console's asynchronous read blocks its caller.
        while (!ending.IsCompleted)
        {
            lock (promotions)
            {
                IEnumerable<string> replicas = store.GetLocalReplicas()
                    .Select(replica => $"{replica.Partition},{replica.Role},{replica.State}");
                Console.WriteLine($"{string.Join(';', replicas)}|{string.Join(';', promotions)}");
            }

            await Task.WhenAny(ending, Task.Delay(100));
        }

        await host.StopAsync();
        return 0;
    }

    // Why each partition came here: the partition and the reason.
    private static MeterListener Listen(List<string> promotions)
    {
        MeterListener listener = new()
        {
            InstrumentPublished = (instrument, self) =>
            {
                if (instrument.Name == "signals.cluster.promotions")
                {
                    self.EnableMeasurementEvents(instrument);
                }
            },
        };
        listener.SetMeasurementEventCallback<long>((_, _, tags, _) =>
        {
            lock (promotions)
            {
                promotions.Add($"{tags[0].Value},{tags[1].Value}");
            }
        });
        listener.Start();
        return listener;
    }
}
