using System.Buffers.Binary;
using System.IO.Hashing;
using System.Text;

namespace Signals.Orleans.Placement;

/// <summary>
/// Rendezvous hashing (Thaler and Ravishankar 1998): every machine has a weight for every partition, and the heaviest one owns it.
/// When a machine leaves, only its own partitions move, each to the next machine of its order, which is the standby. Pure; any
/// thread.
/// </summary>
/// <remarks>
/// The weight is XxHash64 with seed 0 of the partition (4 bytes, little-endian) and the machine's name in UTF-8. All machines of a
/// cluster must compute the same one, so it never changes.
/// </remarks>
internal static class Rendezvous
{
    /// <summary>
    /// The names of machines, the one that should own the partition first. Equal names are kept once. With zones the first machine of
    /// each zone comes first, by weight, then the second one of each, so that the standby is in another zone than the owner while there
    /// is one.
    /// </summary>
    /// <param name="partition">The partition.</param>
    /// <param name="names">The machines.</param>
    /// <param name="zoneOf">The zone of a machine; empty or null for one that shares its zone with no other. Null for no zones.</param>
    public static string[] Order(int partition, IEnumerable<string> names, Func<string, string>? zoneOf = null)
    {
        string[] byWeight =
        [
            .. names.Distinct(StringComparer.Ordinal)
                .OrderByDescending(name => Weight(partition, name))
                .ThenBy(name => name, StringComparer.Ordinal),
        ];
        return zoneOf is null ? byWeight : InTurn(byWeight, zoneOf);
    }

    private static string[] InTurn(string[] byWeight, Func<string, string> zoneOf)
    {
        Dictionary<string, int> taken = new(StringComparer.Ordinal);
        int[] turns = Array.ConvertAll(byWeight, name =>
        {
            string? zone = zoneOf(name); // It is the host's code, which need not know each name.
            return string.IsNullOrEmpty(zone) ? 0 : taken[zone] = taken.GetValueOrDefault(zone, -1) + 1;
        });
        return [.. byWeight.Zip(turns).OrderBy(pair => pair.Second).Select(pair => pair.First)]; // Stable: by weight within a turn.
    }

    /// <summary>The place of a machine in the order of a partition, from 0; -1 when it is not among the names.</summary>
    public static int Rank(int partition, IEnumerable<string> names, string name) => Array.IndexOf(Order(partition, names), name);

    internal static ulong Weight(int partition, string name)
    {
        byte[] key = new byte[sizeof(int) + Encoding.UTF8.GetByteCount(name)];
        BinaryPrimitives.WriteInt32LittleEndian(key, partition);
        Encoding.UTF8.GetBytes(name, key.AsSpan(sizeof(int)));
        return XxHash64.HashToUInt64(key);
    }
}
