using System.Globalization;
using Signals.Orleans;

namespace Signals.Tests.Cluster.Drills;

/// <summary>A replica as its node describes it. Immutable.</summary>
internal sealed record SeenReplica(
    NodeProcess Node, int Partition, ReplicaRole Role, ReplicaState State, long Position, TimeSpan? Lag, string Error)
{
    public static SeenReplica Parse(NodeProcess node, string text)
    {
        string[] words = text.Split('|');
        double lag = double.Parse(words[4], CultureInfo.InvariantCulture);
        return new SeenReplica(
            node,
            int.Parse(words[0], CultureInfo.InvariantCulture),
            Enum.Parse<ReplicaRole>(words[1]),
            Enum.Parse<ReplicaState>(words[2]),
            long.Parse(words[3], CultureInfo.InvariantCulture),
            lag < 0 ? null : TimeSpan.FromMilliseconds(lag),
            words[5]);
    }

    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture, $"{Node.Name} {Partition} {Role} {State} {Position} {Lag?.TotalMilliseconds:F0} {Error}");
}
