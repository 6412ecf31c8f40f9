using System.Runtime.InteropServices;
using Signals.Storage.MemTables;

namespace Signals.Storage.Heads;

/// <content>Where a head's memory comes from: what is free, else the oldest segment, whose used heads move on. Under the lock.</content>
internal sealed unsafe partial class HeadCache
{
    /// <summary>Takes the memory when the first head is made. False when there is none: then there are no heads.</summary>
    private bool TryReserveLocked()
    {
        try
        {
            _table ??= _isOff ? null : new HeadTable((int)(_tableBytes / HeadTable.BucketBytes));
            _memory ??= _isOff ? null : new HeadMemory(LimitBytes - _tableBytes, _epochs, _arenas);
        }
        catch (OutOfMemoryException)
        {
            _isOff = true; // reads go on without heads
        }

        return _memory is not null;
    }

    private bool TryDraftLocked(HeadLayout layout, in UserId user, int rows, int capacity, out HeadDraft draft)
    {
        int size = layout.BytesOf(capacity);
        long allowed = AllowedBytes - _tableBytes;
        if (_memory!.TryTakeOldest(allowed, out HeadSegment oldest))
        {
            EmptyLocked(_table!, _memory, oldest);
        }

        Head* head = _memory.TryTake(user, size, allowed, out HeadSegment segment);
        if (head == null)
        {
            draft = default;
            return false;
        }

        NativeMemory.Clear(head, (nuint)size); // its free places must not keep rows of the heads before it
        *head = new Head
        {
            User = user,
            EventType = layout.Type.Id,
            Generation = Head.Dead,
            Capacity = (ushort)capacity,
            Size = size,
            Start = (ushort)(capacity - rows),
            Count = (ushort)rows,
            IsDraft = 1,
        };
        draft = new HeadDraft(head, layout, segment, segment.Round);
        return true;
    }

    /// <summary>
    /// Empties the oldest segment. Heads that were read since they were written are written again; the others are given up.
    /// </summary>
    private void EmptyLocked(HeadTable table, HeadMemory memory, HeadSegment oldest)
    {
        oldest.BeginRound();
        int most = memory.SegmentBytes / 2; // so that room is gained although every head was read
        for (int offset = 0; offset < oldest.Used; offset += oldest.At(offset)->Size)
        {
            Head* head = oldest.At(offset);
            ulong hash = MemIndex.Hash(head->User.Hash64, head->EventType);
            if (!table.Has(head, hash))
            {
                continue;
            }

            if (head->Size <= most && TryMoveLocked(table, memory, head, hash))
            {
                most -= head->Size;
                continue;
            }

            table.Remove(head, hash);
            _count--;
            _evicted++;
        }

        memory.Leave(oldest);
    }

    private bool TryMoveLocked(HeadTable table, HeadMemory memory, Head* head, ulong hash)
    {
        if (head->Used == 0 || head->Generation == Head.Dead || !HeadCatchUp.TryHold(head))
        {
            return false;
        }

        Head* moved = memory.TryCopy(head, AllowedBytes - _tableBytes);
        if (moved != null)
        {
            table.Put(moved, hash);
        }

        HeadCatchUp.Release(head, isInForce: false); // whoever is reading it looks again
        return moved != null;
    }
}
