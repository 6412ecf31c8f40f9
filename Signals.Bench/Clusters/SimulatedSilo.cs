namespace Signals.Bench.Clusters;

/// <summary>A machine of the simulated cluster. Used by one thread.</summary>
internal sealed class SimulatedSilo(string name, int rack)
{
    public string Name { get; } = name;

    public int Rack { get; } = rack;

    /// <summary>Whether its process runs.</summary>
    public bool IsUp { get; set; }

    /// <summary>Whether the others count it as a member; for a moment also when its process is gone.</summary>
    public bool IsMember { get; set; }

    /// <summary>The replicas that it holds, by partition.</summary>
    public Dictionary<int, SimulatedReplica> Replicas { get; } = [];

    /// <summary>How far the folders on its disk are, by partition, as moments of the log.</summary>
    public Dictionary<int, double> Folders { get; } = [];

    /// <summary>The replicas that wait for their turn to open.</summary>
    public Queue<SimulatedReplica> Waiting { get; } = new();

    public int Opening { get; set; }

    public int Transfers { get; set; }

    public int Replays { get; set; }

    public int Followers { get; set; }
}
