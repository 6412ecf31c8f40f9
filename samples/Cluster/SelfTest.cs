using System.Diagnostics;

namespace Signals.Samples.Cluster;

/// <summary>Runs the cluster without a terminal: settle, kill, settle, restart, settle. For the continuous integration.</summary>
internal static class SelfTest
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    public static async Task<int> RunAsync(LocalCluster cluster)
    {
        if (!await SettlesAsync(cluster, "after the start"))
        {
            return 1;
        }

        Console.WriteLine($"{cluster.TryKillBusiest()} is killed");
        if (!await SettlesAsync(cluster, "without it"))
        {
            return 1;
        }

        cluster.RestartKilled();
        if (!await SettlesAsync(cluster, "with it again"))
        {
            return 1;
        }

        Console.WriteLine($"{cluster.Acknowledged} events were acknowledged meanwhile");
        return cluster.Acknowledged > 0 ? 0 : 1;
    }

    private static async Task<bool> SettlesAsync(LocalCluster cluster, string when)
    {
        long began = Stopwatch.GetTimestamp();
        while (!cluster.IsSettled())
        {
            if (Stopwatch.GetElapsedTime(began) > Patience)
            {
                Console.Error.WriteLine($"The cluster did not settle {when}.");
                return false;
            }

            await Task.Delay(100);
        }

        Console.WriteLine($"settled {when}");
        return true;
    }
}
