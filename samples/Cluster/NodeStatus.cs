using System.Globalization;
using Signals.Orleans;

namespace Signals.Samples.Cluster;

/// <summary>What a node last said of itself. Immutable.</summary>
internal sealed record NodeStatus(IReadOnlyList<NodeStatus.Replica> Replicas, int Local, int Remote, int Failed, double MostLagMs)
{
    public static readonly NodeStatus None = new([], 0, 0, 0, 0);

    public static NodeStatus Parse(string line)
    {
        string[] halves = line.Split('|');
        double[] reads = Array.ConvertAll(halves[1].Split(','), Number);
        return new NodeStatus(
            [.. halves[0].Split(';', StringSplitOptions.RemoveEmptyEntries).Select(Replica.Parse)],
            (int)reads[0], (int)reads[1], (int)reads[2], reads[3]);
    }

    private static double Number(string text) => double.Parse(text, CultureInfo.InvariantCulture);

    /// <summary>One replica of the node; the lag is negative when it is not known.</summary>
    internal sealed record Replica(int Partition, ReplicaRole Role, ReplicaState State, long Position, double LagMs)
    {
        public static Replica Parse(string text)
        {
            double[] numbers = Array.ConvertAll(text.Split(','), Number);
            return new Replica(
                (int)numbers[0], (ReplicaRole)(int)numbers[1], (ReplicaState)(int)numbers[2], (long)numbers[3], numbers[4]);
        }
    }
}
