using System.Numerics;
using Signals.Core.Model;

namespace Signals.Storage.Tables;

/// <summary>
/// The resident directory: user to rows by an open-addressing probe, and users in order for cursors. Immutable, safe for any
/// thread. A slot is 8 bytes, entry number + 1 beside 32 bits of the hash, so an absent user costs about one cache miss and no
/// I/O; an entry is 32 bytes. Newest times are kept as distances from the table's newest, oldest times from its oldest, in units of
/// 2^shift ms where the table spans too much; rounding down then only widens the bounds.
/// </summary>
internal sealed class TableDirectory
{
    private readonly Entry[] _entries;
    private readonly ulong[] _slots;
    private readonly long _minTime;
    private readonly long _maxTime;
    private readonly int _timeShift;

    /// <summary>An empty directory for so many users; <see cref="Set"/> fills it, then it is published.</summary>
    public TableDirectory(int users, long minTime, long maxTime)
    {
        _entries = new Entry[users];
        _slots = new ulong[users + users / 2 + 1];
        _minTime = minTime;
        _maxTime = maxTime;
        _timeShift = Math.Max(0, 32 - BitOperations.LeadingZeroCount((ulong)maxTime - (ulong)minTime));
    }

    /// <summary>Users of the table.</summary>
    public int Users => _entries.Length;

    /// <summary>Memory held.</summary>
    public long ResidentBytes => 32L * _entries.Length + sizeof(ulong) * (long)_slots.Length;

    /// <summary>The user at a position in user order.</summary>
    public UserId User(int index) => new(_entries[index].High, _entries[index].Low);

    /// <summary>The rows of the user at a position in user order.</summary>
    public UserRows Rows(int index) => ToRows(in _entries[index]);

    /// <summary>Fetches what <see cref="TryFind"/> looks at first.</summary>
    public void Prefetch(in UserId user) =>
        Primitives.Prefetch.Line(ref _slots[(int)Math.BigMul(user.Hash64, (ulong)_slots.Length, out _)]);

    /// <summary>Fetches the entry that the user's first slot names, nearly always the right one; the slot should be there by now.</summary>
    public void PrefetchEntry(in UserId user)
    {
        ulong slot = _slots[(int)Math.BigMul(user.Hash64, (ulong)_slots.Length, out _)];
        if (slot != 0)
        {
            Primitives.Prefetch.Line(ref _entries[(int)(uint)slot - 1]);
        }
    }

    /// <summary>The rows of a user, if the table has any.</summary>
    public bool TryFind(in UserId user, out UserRows rows)
    {
        ulong hash = user.Hash64;
        ulong[] slots = _slots;
        uint at = (uint)Math.BigMul(hash, (ulong)slots.Length, out _);
        while (at < (uint)slots.Length)
        {
            ulong slot = slots[at];
            if (slot == 0)
            {
                break;
            }

            if ((uint)(slot >> 32) == (uint)hash)
            {
                ref readonly Entry entry = ref _entries[(int)(uint)slot - 1];
                if (entry.Low == user.Low && entry.High == user.High)
                {
                    rows = ToRows(in entry);
                    return true;
                }
            }

            at = at + 1 == (uint)slots.Length ? 0 : at + 1;
        }

        rows = default;
        return false;
    }

    /// <summary>The position of the user whose row this is.</summary>
    public int IndexOfRow(long row)
    {
        int low = 0;
        int high = _entries.Length - 1;
        while (low < high)
        {
            int middle = low + ((high - low + 1) / 2);
            (low, high) = _entries[middle].FirstRow <= row ? (middle, high) : (low, middle - 1);
        }

        return low;
    }

    /// <summary>How many users come before this one.</summary>
    public int CountBefore(in UserId user)
    {
        int low = 0;
        int high = _entries.Length;
        while (low < high)
        {
            int middle = low + ((high - low) / 2);
            (low, high) = User(middle).CompareTo(user) < 0 ? (middle + 1, high) : (low, middle);
        }

        return low;
    }

    /// <summary>Fills the entry at a position; each position once, before the directory is shared.</summary>
    public void Set(int index, UserId user, int firstRow, int count, long newest, long oldest)
    {
        _entries[index] = new Entry(user.High, user.Low, firstRow, count,
            Distance(newest, _maxTime), Distance(_minTime, oldest));
        ulong hash = user.Hash64;
        uint at = (uint)Math.BigMul(hash, (ulong)_slots.Length, out _);
        while (_slots[at] != 0)
        {
            at = at + 1 == (uint)_slots.Length ? 0 : at + 1;
        }

        _slots[at] = hash << 32 | (uint)(index + 1);
    }

    private UserRows ToRows(in Entry entry) => new(entry.FirstRow, entry.Count,
        _maxTime - (long)((ulong)entry.Newest << _timeShift), _minTime + (long)((ulong)entry.Oldest << _timeShift));

    private uint Distance(long older, long newer) => (uint)(((ulong)newer - (ulong)older) >> _timeShift);

    private readonly record struct Entry(ulong High, ulong Low, int FirstRow, int Count, uint Newest, uint Oldest);
}
