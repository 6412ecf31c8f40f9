using System.Globalization;
using Signals.Orleans;

namespace Signals.Tests.Cluster.Drills;

/// <summary>
/// What a node said to a read, and the moment to which its lag counts, by the monotonic clock that all processes of the machine share.
/// Immutable.
/// </summary>
internal sealed record DrillAnswer(
    long Position, TimeSpan? Lag, ReplicaRole Role, bool IsComplete, bool IsLocal, bool IsSound, ulong[] Ids, long At)
{
    /// <summary>The answer in a line; null when the node could not answer.</summary>
    public static DrillAnswer? TryParse(string line)
    {
        string[] words = line.Split(' ');
        if (words[0] != "ok")
        {
            return null;
        }

        long lag = long.Parse(words[2], CultureInfo.InvariantCulture);
        return new DrillAnswer(
            long.Parse(words[1], CultureInfo.InvariantCulture),
            lag < 0 ? null : TimeSpan.FromMicroseconds(lag),
            Enum.Parse<ReplicaRole>(words[3]),
            bool.Parse(words[4]),
            bool.Parse(words[5]),
            words[6] == "sound",
            words[7].Length == 0 ? [] : Array.ConvertAll(words[7].Split(','), id => ulong.Parse(id, CultureInfo.InvariantCulture)),
            long.Parse(words[8], CultureInfo.InvariantCulture));
    }
}
