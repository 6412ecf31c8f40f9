using System.Diagnostics;

namespace Signals.Storage.Versions;

/// <summary>
/// The erased users, each with the event time up to which the user is erased. The latest cutoff of a user wins, so adding is
/// idempotent and independent of order. Thread contract: any number of readers without locks; one writer at a time, which the
/// caller ensures. Invariants: a published key never changes and is never removed; a cutoff only grows; a reader that starts
/// after <see cref="Add"/> has returned sees the erasure. Lifetime: that of the store.
/// </summary>
internal sealed class ErasureSet
{
    /// <summary>The cutoff of a user that was never erased. It is below every event time.</summary>
    public const long NoCutoff = long.MinValue;

    private const int SmallestCapacity = 16;

    private Slot[] _slots = NewSlots(SmallestCapacity);
    private int _count;
    private long _changes;
    private ErasureWatch? _watch;
    private long _latestCutoff = NoCutoff;

    /// <summary>The number of erased users.</summary>
    public int Count => Volatile.Read(ref _count);

    /// <summary>Whether no user was ever erased. Nearly every read needs no more than this check.</summary>
    public bool IsEmpty => Volatile.Read(ref _count) == 0;

    /// <summary>A counter that grows with every change. Equal values mean that the set did not change.</summary>
    public long Changes => Volatile.Read(ref _changes);

    /// <summary>The latest cutoff of all users. An event after it is not hidden, whatever its user.</summary>
    public long LatestCutoff => Volatile.Read(ref _latestCutoff);

    /// <summary>The newest erased event time of <paramref name="user"/>, or <see cref="NoCutoff"/>.</summary>
    public long CutoffOf(in UserId user)
    {
        if (IsEmpty)
        {
            return NoCutoff;
        }

        Slot[] slots = Volatile.Read(ref _slots);
        int mask = slots.Length - 1;
        for (int i = (int)user.Hash64 & mask; ; i = (i + 1) & mask)
        {
            ref Slot slot = ref slots[i];
            long cutoff = Volatile.Read(ref slot.CutoffMs);
            if (cutoff == NoCutoff)
            {
                return NoCutoff;
            }

            if (slot.User.Equals(user))
            {
                return cutoff;
            }
        }
    }

    /// <summary>Erases <paramref name="user"/> up to and including <paramref name="cutoffMs"/>.</summary>
    /// <returns>False when the set already had an equal or later cutoff.</returns>
    public bool Add(in UserId user, long cutoffMs)
    {
        ArgumentOutOfRangeException.ThrowIfEqual(cutoffMs, NoCutoff);
        if ((_count + 1) * 2 > _slots.Length)
        {
            Grow();
        }

        ref Slot slot = ref Probe(_slots, user);
        if (cutoffMs <= slot.CutoffMs)
        {
            return false;
        }

        bool added = slot.CutoffMs == NoCutoff;
        Put(ref slot, user, cutoffMs);
        if (added)
        {
            Volatile.Write(ref _count, _count + 1);
        }

        Volatile.Write(ref _latestCutoff, Math.Max(cutoffMs, _latestCutoff));
        Volatile.Write(ref _changes, _changes + 1);
        Volatile.Read(ref _watch)?.Put(new Erasure(user, cutoffMs));
        AssertInvariants();
        return true;
    }

    /// <summary>
    /// Creates a queue that receives every erasure: first those that the set has now, then each new one. Call it once, on the
    /// writer's thread or before there is a writer.
    /// </summary>
    public ErasureWatch Watch()
    {
        ErasureWatch watch = new();
        foreach (Erasure erasure in All())
        {
            watch.Put(erasure);
        }

        Volatile.Write(ref _watch, watch);
        return watch;
    }

    /// <summary>
    /// Every erasure that was published before the call, in no particular order. Later ones may be among them. Any thread may
    /// call it.
    /// </summary>
    public IEnumerable<Erasure> All()
    {
        Slot[] slots = Volatile.Read(ref _slots);
        for (int i = 0; i < slots.Length; i++)
        {
            long cutoff = Volatile.Read(ref slots[i].CutoffMs);
            if (cutoff != NoCutoff)
            {
                yield return new Erasure(slots[i].User, cutoff);
            }
        }
    }

    // Growing copies the slots into a new array. Readers may continue with the old array.
    private void Grow()
    {
        Slot[] bigger = NewSlots(_slots.Length * 2);
        foreach (Erasure erasure in All())
        {
            Put(ref Probe(bigger, erasure.User), erasure.User, erasure.CutoffMs);
        }

        Volatile.Write(ref _slots, bigger);
    }

    private static ref Slot Probe(Slot[] slots, in UserId user)
    {
        int mask = slots.Length - 1;
        int i = (int)user.Hash64 & mask;
        while (slots[i].CutoffMs != NoCutoff && !slots[i].User.Equals(user))
        {
            i = (i + 1) & mask;
        }

        return ref slots[i];
    }

    // The cutoff publishes the key, so it is written last. A key that is present is not written again, because a 128-bit write
    // can tear.
    private static void Put(ref Slot slot, in UserId user, long cutoffMs)
    {
        if (slot.CutoffMs == NoCutoff)
        {
            slot.User = user;
        }

        Volatile.Write(ref slot.CutoffMs, cutoffMs);
    }

    private static Slot[] NewSlots(int capacity)
    {
        var slots = new Slot[capacity];
        slots.AsSpan().Fill(new Slot { CutoffMs = NoCutoff });
        return slots;
    }

    [Conditional("DEBUG")]
    private void AssertInvariants()
    {
        Debug.Assert(_count * 2 <= _slots.Length, "At least half of the slots must be free, because a probe ends only at a free slot.");
        Debug.Assert(int.IsPow2(_slots.Length), "The number of slots must be a power of two, because it is used as a mask.");
    }

    private struct Slot
    {
        public UserId User;
        public long CutoffMs;
    }
}
