using Signals.Enrichment;

namespace Signals.Storage.Entities;

/// <summary>
/// Orders the current rows of several sorted runs: by key, and among equal keys the later run first, because the entity that was
/// added last counts.
/// </summary>
internal readonly record struct EntityOrder(ulong High, ulong Low, int Run) : IComparable<EntityOrder>
{
    public int CompareTo(EntityOrder other)
    {
        int order = EntityKey.Compare(High, Low, other.High, other.Low);
        return order != 0 ? order : other.Run.CompareTo(Run);
    }

    public bool HasKeyOf(EntityOrder other) => High == other.High && Low == other.Low;
}
