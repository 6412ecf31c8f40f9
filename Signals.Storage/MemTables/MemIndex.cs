using System.Runtime.CompilerServices;
using Signals.Core.Model;
using Signals.Storage.Primitives;

namespace Signals.Storage.MemTables;

/// <summary>
/// An open-addressed hash index of the entries of a memtable. A slot has 8 bytes: the upper half of the hash and the arena
/// reference of the entry. 0 is an empty slot.
/// </summary>
/// <remarks>
/// Thread contract: one writer inserts with release stores; readers probe without locks. To grow, the writer builds a new index
/// in the arena and the memtable publishes it. Readers of the old index miss only entries whose rows they could not see anyway,
/// because an entry enters the new index before its first row is published. Lifetime: that of the arena.
/// </remarks>
internal sealed unsafe class MemIndex
{
    private readonly MemArena _arena;
    private readonly ulong* _slots;
    private readonly uint _mask;

    private MemIndex(MemArena arena, ulong* slots, uint mask)
    {
        _arena = arena;
        _slots = slots;
        _mask = mask;
    }

    public int Capacity => (int)_mask + 1;

    public static MemIndex? TryCreate(MemArena arena, int slots)
    {
        uint reference = arena.Allocate((long)slots * sizeof(ulong), lineAligned: true);
        if (reference == 0)
        {
            return null;
        }

        ulong* memory = (ulong*)arena.Pointer(reference);
        new Span<ulong>(memory, slots).Clear();
        return new MemIndex(arena, memory, (uint)slots - 1);
    }

    public static ulong Hash(ulong userHash, ushort eventType) => userHash ^ ((eventType + 1UL) * 0x9E3779B97F4A7C15UL);

    public void PrefetchSlot(ulong hash) => Prefetch.Line(ref _slots[(uint)hash & _mask]);

    /// <summary>Prefetches the entry in the first slot of the probe, which is nearly always the right one.</summary>
    [MethodImpl(Compile.InFull)]
    public void PrefetchEntry(ulong hash) => Prefetch.Line(ref *_arena.Pointer((uint)_slots[(uint)hash & _mask]));

    [MethodImpl(Compile.InFull)]
    public MemEntry* Find(in UserId user, ushort eventType, ulong hash)
    {
        uint tag = (uint)(hash >> 32);
        for (uint slot = (uint)hash & _mask; ; slot = (slot + 1) & _mask)
        {
            ulong value = Volatile.Read(ref _slots[slot]);
            if (value == 0)
            {
                return null;
            }

            if ((uint)(value >> 32) == tag)
            {
                MemEntry* entry = (MemEntry*)_arena.Pointer((uint)value);
                if (entry->EventType == eventType && entry->User == user)
                {
                    return entry;
                }
            }
        }
    }

    /// <summary>Adds the users who have an entry of an event type in the index now.</summary>
    public void AddUsersTo(PooledList<UserId> users, ushort eventType)
    {
        for (uint slot = 0; slot <= _mask; slot++)
        {
            ulong value = Volatile.Read(ref _slots[slot]);
            MemEntry* entry = value == 0 ? null : (MemEntry*)_arena.Pointer((uint)value);
            if (entry != null && entry->EventType == eventType)
            {
                users.Add(entry->User);
            }
        }
    }

    /// <summary>Adds an entry that is not in the index yet. The caller keeps the load below three quarters.</summary>
    [MethodImpl(Compile.InFull)]
    public void Insert(ulong hash, uint entry)
    {
        uint slot = (uint)hash & _mask;
        while (_slots[slot] != 0)
        {
            slot = (slot + 1) & _mask;
        }

        Volatile.Write(ref _slots[slot], (hash & 0xFFFFFFFF00000000UL) | entry);
    }
}
