using System.Runtime.InteropServices;
using ZoneTree.Comparers;

namespace Signals.Bench.Candidates;

/// <summary>The key of one event in ZoneTree, ordered by user and type, then newest first, then by id.</summary>
[StructLayout(LayoutKind.Sequential, Pack = 1)]
internal readonly record struct ZoneTreeKey(ulong User, byte Type, long Time, ulong Id)
{
    /// <summary>The order of keys.</summary>
    public sealed class Order : IRefComparer<ZoneTreeKey>
    {
        public int Compare(in ZoneTreeKey x, in ZoneTreeKey y)
        {
            int order = x.User.CompareTo(y.User);
            order = order != 0 ? order : x.Type.CompareTo(y.Type);
            order = order != 0 ? order : y.Time.CompareTo(x.Time);
            return order != 0 ? order : x.Id.CompareTo(y.Id);
        }
    }
}
