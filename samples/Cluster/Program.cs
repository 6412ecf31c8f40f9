// A cluster on one machine: three silos as processes, a broker for tests and a generator, live in the terminal. Press k to kill a silo.
// It needs redis-server, which keeps the membership. With --self-test it kills a silo by itself, compares, and ends.
using Signals.Samples.Cluster;

if (args is [Node.Word, string name, string port, string redis, string brokers, string folder])
{
    return await Node.RunAsync(name, int.Parse(port), redis, brokers, folder);
}

await using LocalCluster? cluster = await LocalCluster.TryStartAsync();
if (cluster is null)
{
    Console.Error.WriteLine("redis-server is not installed; the sample keeps the cluster's membership in it.");
    return args.Contains("--self-test") ? 0 : 1;
}

using Screen screen = new(cluster);
return args.Contains("--self-test") ? await SelfTest.RunAsync(cluster) : await screen.RunAsync();
