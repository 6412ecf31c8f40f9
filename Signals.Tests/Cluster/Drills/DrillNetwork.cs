using System.ComponentModel;
using System.Globalization;
using Signals.Tests.Reliability;

namespace Signals.Tests.Cluster.Drills;

/// <summary>
/// A network of its own for each node: a namespace with one cable to a bridge, which this process is on, too. A cable can be cut, and a
/// namespace can be made to reach some others not at all. Threads: one test.
/// </summary>
/// <remarks>
/// Only addresses and devices that it made itself are touched, and they are taken away at the end. It needs root and <c>ip</c>.
/// </remarks>
internal sealed class DrillNetwork : IDisposable
{
    private static int _networks;

    private readonly string _mark;
    private readonly int _subnet;
    private readonly int _nodes;

    private DrillNetwork(int nodes)
    {
        int number = (Environment.ProcessId * 10) + Interlocked.Increment(ref _networks);
        _mark = (number % 100_000).ToString(CultureInfo.InvariantCulture);
        _subnet = 1 + (number % 250);
        _nodes = nodes;
    }

    /// <summary>The address of this process on the bridge.</summary>
    public string HostAddress => $"10.231.{_subnet}.1";

    private string Bridge => $"sgb{_mark}";

    /// <summary>Makes one; skips the test with the reason where that is not allowed.</summary>
    public static DrillNetwork Create(int nodes)
    {
        DrillNetwork network = new(nodes);
        try
        {
            network.Build();
            return network;
        }
        catch (Exception error) when (error is Win32Exception or InvalidOperationException)
        {
            network.Dispose();
            Assert.Ignore($"Namespaces of the network cannot be made here (root and iproute2 are needed): {error.Message}");
            throw;
        }
    }

    public string NamespaceOf(int node) => $"signals-{_mark}-{node}";

    public string AddressOf(int node) => $"10.231.{_subnet}.{10 + node}";

    /// <summary>Nothing comes to a node or from it any more, and nobody is told.</summary>
    public void Cut(int node) => Run("link", "set", CableOf(node), "down");

    public void Join(int node) => Run("link", "set", CableOf(node), "up");

    /// <summary>Two nodes do not reach each other, and everything else as before.</summary>
    public void Part(int one, int other) => Route("add", one, other);

    public void Reunite(int one, int other) => Route("del", one, other);

    public void Dispose()
    {
        // Each of them may be missing, when the network was not built to its end. A cable goes with its namespace.
        for (int node = 0; node < _nodes; node++)
        {
            TryRun("netns", "del", NamespaceOf(node));
        }

        TryRun("link", "del", Bridge);
    }

    private void Build()
    {
        Run("link", "add", Bridge, "type", "bridge");
        Run("addr", "add", $"{HostAddress}/24", "dev", Bridge);
        Run("link", "set", Bridge, "up");
        for (int node = 0; node < _nodes; node++)
        {
            string name = NamespaceOf(node);
            Run("netns", "add", name);
            Run("link", "add", CableOf(node), "type", "veth", "peer", "name", "eth0", "netns", name);
            Run("link", "set", CableOf(node), "master", Bridge);
            Run("link", "set", CableOf(node), "up");
            Run("-n", name, "link", "set", "lo", "up");
            Run("-n", name, "addr", "add", $"{AddressOf(node)}/24", "dev", "eth0");
            Run("-n", name, "link", "set", "eth0", "up");
            Run("netns", "exec", name, "true");
        }
    }

    private string CableOf(int node) => $"sgv{_mark}n{node}";

    private void Route(string verb, int one, int other)
    {
        Run("-n", NamespaceOf(one), "route", verb, "blackhole", AddressOf(other));
        Run("-n", NamespaceOf(other), "route", verb, "blackhole", AddressOf(one));
    }

    /// <exception cref="InvalidOperationException">The command failed.</exception>
    /// <exception cref="Win32Exception">There is no such program.</exception>
    private static void Run(params string[] arguments)
    {
        string error = TryRun(arguments);
        if (error.Length > 0)
        {
            throw new InvalidOperationException($"ip {string.Join(' ', arguments)}: {error}");
        }
    }

    private static string TryRun(params string[] arguments)
    {
        (int code, _, string error) = WatchedProcess.Run("ip", arguments);
        return code == 0 ? "" : error.Trim().Length > 0 ? error.Trim() : $"exit code {code}";
    }
}
