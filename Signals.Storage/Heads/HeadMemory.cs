using System.Runtime.InteropServices;
using Signals.Storage.MemTables;
using Signals.Storage.Primitives;

namespace Signals.Storage.Heads;

/// <summary>
/// The memory of all heads, in segments of equal size, which are filled one after another. The oldest segment is emptied as a whole when
/// room is needed, so heads of any size leave no gaps.
/// </summary>
/// <remarks>
/// Thread contract: under the lock of <see cref="HeadCache"/>, but for <see cref="UsedBytes"/> and <see cref="Prepare"/>. An emptied
/// segment is reused when every reader has left that may have found a head in it. A segment gets its memory when it takes its first head:
/// from a spare arena of the memtables if ingest has two, else from a region of its own, each of whose pages costs a fault first.
/// Lifetime: that of the cache; disposing frees the memory.
/// </remarks>
internal sealed unsafe class HeadMemory : IDisposable
{
    private const int LeastSegments = 4;
    private const int SparesWanted = 2;
    private const int SegmentsAhead = 2;
    private const int MostSegmentBytes = HugePages.PageBytes;
    private const int LineBytes = 64;
    private const int PageBytes = 4096;

    private readonly byte* _region;
    private readonly ReadEpochs _epochs;
    private readonly SparePieces _spare;
    private readonly HeadSegment[] _segments;
    private readonly Queue<HeadSegment> _free = new();
    private readonly Queue<HeadSegment> _filled = new();
    private readonly Queue<(long Epoch, HeadSegment Segment)> _leaving = new();
    private HeadSegment _current;
    private int _withoutMemory; // segments
    private long _usedBytes;
    private long _heldBytes;
    private long _placed; // bytes of the region that segments have
    private long _prepared; // bytes of the region that were touched

    /// <param name="limitBytes">The most bytes; at least <see cref="LeastBytes"/>.</param>
    /// <param name="epochs">Tells when the readers of an emptied segment have left.</param>
    /// <param name="arenas">Gives away what ingest does not need.</param>
    public HeadMemory(long limitBytes, ReadEpochs epochs, MemArenaPool arenas)
    {
        _epochs = epochs;
        SegmentBytes = SegmentBytesOf(limitBytes);
        _spare = new SparePieces(arenas, SegmentBytes);
        _segments = new HeadSegment[(int)(limitBytes / SegmentBytes)];
        _withoutMemory = _segments.Length;
        RegionBytes = (long)_segments.Length * SegmentBytes;
        int alignment = RegionBytes >= HugePages.PageBytes ? HugePages.PageBytes : LineBytes;
        _region = (byte*)NativeMemory.AlignedAlloc((nuint)RegionBytes, (nuint)alignment);
        HugePages.Advise(_region, RegionBytes);
        for (int i = 0; i < _segments.Length; i++)
        {
            _segments[i] = new HeadSegment(SegmentBytes);
            _free.Enqueue(_segments[i]);
        }

        _current = _free.Dequeue();
        Place(_current, room: 0);
        SetUsed(SegmentBytes);
    }

    /// <summary>With less there are no heads.</summary>
    public static long LeastBytes => 4 << 10;

    /// <summary>Bytes of a segment. No head is larger.</summary>
    public int SegmentBytes { get; }

    /// <summary>Bytes of a segment when there are so many bytes in all.</summary>
    public static int SegmentBytesOf(long limitBytes) => (int)Math.Min(MostSegmentBytes, limitBytes / LeastSegments) & -LineBytes;

    /// <summary>How many segments there are.</summary>
    public int Segments => _segments.Length;

    /// <summary>Bytes of all segments.</summary>
    public long RegionBytes { get; }

    /// <summary>Bytes of the segments that have heads, or had some that a reader may still read. From any thread.</summary>
    public long UsedBytes => Volatile.Read(ref _usedBytes);

    /// <summary>The same and the spare pieces that wait for segments. From any thread.</summary>
    public long HeldBytes => Volatile.Read(ref _heldBytes);

    /// <summary>Room for a head, or null when there is none now.</summary>
    /// <param name="user">Whose head it is.</param>
    /// <param name="size">A multiple of 64.</param>
    /// <param name="allowedBytes">The most bytes that heads may take now.</param>
    /// <param name="segment">The segment that it is in.</param>
    public Head* TryTake(in UserId user, int size, long allowedBytes, out HeadSegment segment)
    {
        segment = _current;
        Head* head = segment.TryTake(user, size);
        if (head == null && size <= SegmentBytes && _usedBytes + SegmentBytes <= allowedBytes && _free.TryDequeue(out HeadSegment? next))
        {
            _filled.Enqueue(_current);
            _current = next;
            segment = next;
            if (!next.HasMemory)
            {
                Place(next, (allowedBytes - _usedBytes) / SegmentBytes);
            }

            SetUsed(_usedBytes + SegmentBytes);
            head = next.TryTake(user, size);
        }

        return head;
    }

    /// <summary>A copy of a head, or null when there is no room for it now. The caller holds the head.</summary>
    public Head* TryCopy(Head* head, long allowedBytes)
    {
        Head* copy = TryTake(head->User, head->Size, allowedBytes, out _);
        if (copy != null)
        {
            Buffer.MemoryCopy(head, copy, head->Size, head->Size);
            copy->Version = 0;
            copy->Used = 0;
        }

        return copy;
    }

    /// <summary>
    /// Takes out the segment that was filled the longest time ago, if so few are free or allowed that heads will find no room. Its heads
    /// must leave; then <see cref="Leave"/>.
    /// </summary>
    public bool TryTakeOldest(long allowedBytes, out HeadSegment oldest)
    {
        Reclaim();
        long room = Math.Min(_free.Count, (allowedBytes - _usedBytes) / SegmentBytes) + _leaving.Count;
        oldest = null!;
        return room < SparesWanted && _filled.TryDequeue(out oldest!);
    }

    /// <summary>Lets a segment be reused once the readers of now have left. No reader finds its heads any more.</summary>
    public void Leave(HeadSegment segment) => _leaving.Enqueue((_epochs.Advance(), segment));

    /// <summary>Overwrites every row of a user in one segment, whatever state it is in.</summary>
    public void Wipe(int segment, in UserId user) => _segments[segment].Wipe(user);

    /// <summary>Gives back what waits for segments, when heads may take less than they hold.</summary>
    public void Trim(long allowedBytes)
    {
        if (_heldBytes > allowedBytes)
        {
            _spare.GiveBack();
            SetUsed(_usedBytes);
        }
    }

    /// <summary>Lets the segments be reused whose readers have left.</summary>
    public void Reclaim()
    {
        while (_leaving.TryPeek(out (long Epoch, HeadSegment Segment) first) && _epochs.HasLeft(first.Epoch))
        {
            _leaving.Dequeue();
            first.Segment.Reuse();
            _free.Enqueue(first.Segment);
            SetUsed(_usedBytes - SegmentBytes);
        }
    }

    /// <summary>
    /// Touches the memory of the next two segments, so that a read that makes a head does not wait for fresh pages. Not while pieces wait
    /// for segments. For a background thread.
    /// </summary>
    public void Prepare()
    {
        long ahead = HeldBytes > UsedBytes ? 0 : Math.Min(Volatile.Read(ref _withoutMemory), SegmentsAhead) * (long)SegmentBytes;
        long wanted = Math.Min(RegionBytes, Volatile.Read(ref _placed) + ahead); // a segment may be placed between these two
        for (; _prepared < wanted; _prepared += PageBytes)
        {
            // Adds nothing to a byte, because a head may be there already.
            Interlocked.Add(ref *(int*)(_region + _prepared), 0);
        }
    }

    public void Dispose()
    {
        NativeMemory.AlignedFree(_region);
        _spare.Dispose();
    }

    /// <summary>TEST_ONLY: how often a value lies in the memory.</summary>
    public int TestCopiesOf(long value) =>
        _segments.Sum(segment => MemoryMarshal.Cast<byte, long>(segment.TestBytes).Count(value));

    private void SetUsed(long bytes)
    {
        Volatile.Write(ref _usedBytes, bytes);
        Volatile.Write(ref _heldBytes, bytes + ((long)_spare.Count * SegmentBytes));
    }

    /// <summary>Gives a segment memory, a spare piece if there is one.</summary>
    private void Place(HeadSegment segment, long room)
    {
        if (_spare.TryTake(Math.Min(room, _withoutMemory), out byte* piece))
        {
            segment.Place(piece);
        }
        else
        {
            segment.Place(_region + _placed);
            Volatile.Write(ref _placed, _placed + SegmentBytes);
        }

        Volatile.Write(ref _withoutMemory, _withoutMemory - 1);
    }
}
