using System.Diagnostics;
using Signals.Core.Model;

namespace Signals.Storage.Versions;

/// <summary>
/// Which users were erased, and up to which event time; the latest cutoff of a user wins, so adding is idempotent and
/// order-independent.
/// Any number of readers without locks, one writer at a time (the caller sees to that).
/// Invariants: a key never changes or leaves once published; a cutoff only grows. A reader that starts after
/// <see cref="Add"/> returned sees it.
/// Lives as long as the store.
/// </summary>
internal sealed class ErasureSet
{
    /// <summary>The cutoff of a user that was never erased: below every event time.</summary>
    public const long NoCutoff = long.MinValue;

    private const int SmallestCapacity = 16;

    private Slot[] _slots = NewSlots(SmallestCapacity);
    private int _count;
    private long _changes;
    private ErasureWatch? _watch;
    private long _latestCutoff = NoCutoff;

    /// <summary>Erased users.</summary>
    public int Count => Volatile.Read(ref _count);

    /// <summary>Whether no user was ever erased: the check that nearly every read stops at.</summary>
    public bool IsEmpty => Volatile.Read(ref _count) == 0;

    /// <summary>Grows with every change; equal values mean an unchanged set.</summary>
    public long Changes => Volatile.Read(ref _changes);

    /// <summary>The latest cutoff of anybody: what is later is not hidden, whoever it is of.</summary>
    public long LatestCutoff => Volatile.Read(ref _latestCutoff);

    /// <summary>Newest erased event time of <paramref name="user"/>, or <see cref="NoCutoff"/>.</summary>
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
    /// <returns>False when an equal or later cutoff was already there.</returns>
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

    /// <summary>Gives every erasure, those of now first, to whoever takes them from then on; once, by the writer or before there is one.</summary>
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

    /// <summary>Every erasure published before the call, in no particular order; later ones may be among them. Any thread.</summary>
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

    // The set is never changed in place while it grows: readers keep probing the array they hold.
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

    // The cutoff publishes the key, so it is written last. A present key is not rewritten: a 128-bit store can tear.
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
        Debug.Assert(_count * 2 <= _slots.Length, "A probe ends only at a free slot.");
        Debug.Assert(int.IsPow2(_slots.Length), "The mask needs a power of two.");
    }

    private struct Slot
    {
        public UserId User;
        public long CutoffMs;
    }
}
