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
    private const int MostWaste = 8; // an eighth of an arena
    private const int MostSegmentBytes = HugePages.PageBytes;
    private const int LineBytes = 64;
    private const int PageBytes = 4096;

    private readonly byte* _region;
    private readonly ReadEpochs _epochs;
    private readonly MemArenaPool _arenas;
    private readonly HeadSegment[] _segments;
    private readonly Queue<HeadSegment> _free = new();
    private readonly Queue<HeadSegment> _filled = new();
    private readonly Queue<(long Epoch, HeadSegment Segment)> _leaving = new();
    private readonly List<MemArena> _arenasTaken = [];
    private readonly Queue<nint> _unplaced = new(); // pieces of these arenas that no segment has yet
    private HeadSegment _current;
    private int _withMemory; // segments
    private long _usedBytes;
    private long _unplacedBytes;
    private long _placed; // bytes of the region that segments have
    private long _prepared; // bytes of the region that were touched

    /// <param name="limitBytes">The most bytes; at least <see cref="LeastBytes"/>.</param>
    /// <param name="epochs">Tells when the readers of an emptied segment have left.</param>
    /// <param name="arenas">Gives away what ingest does not need.</param>
    public HeadMemory(long limitBytes, ReadEpochs epochs, MemArenaPool arenas)
    {
        _epochs = epochs;
        _arenas = arenas;
        SegmentBytes = SegmentBytesOf(limitBytes);
        _segments = new HeadSegment[(int)(limitBytes / SegmentBytes)];
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
        Place(_current, roomBytes: 0);
        _usedBytes = SegmentBytes;
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

    /// <summary>The same and the rest of the arenas that were taken. From any thread.</summary>
    public long HeldBytes => UsedBytes + Volatile.Read(ref _unplacedBytes);

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
                Place(next, allowedBytes - _usedBytes);
            }

            Volatile.Write(ref _usedBytes, _usedBytes + SegmentBytes);
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

    /// <summary>Lets the segments be reused whose readers have left.</summary>
    public void Reclaim()
    {
        while (_leaving.TryPeek(out (long Epoch, HeadSegment Segment) first) && _epochs.HasLeft(first.Epoch))
        {
            _leaving.Dequeue();
            first.Segment.Reuse();
            _free.Enqueue(first.Segment);
            Volatile.Write(ref _usedBytes, _usedBytes - SegmentBytes);
        }
    }

    /// <summary>
    /// Touches the memory of the next two segments, so that a read that makes a head does not wait for fresh pages. For a background
    /// thread.
    /// </summary>
    public void Prepare()
    {
        long wanted = Math.Min(RegionBytes, Volatile.Read(ref _placed) + (2L * SegmentBytes));
        for (; _prepared < wanted; _prepared += PageBytes)
        {
            // Adds nothing to a byte, because a head may be there already.
            Interlocked.Add(ref *(int*)(_region + _prepared), 0);
        }
    }

    public void Dispose()
    {
        NativeMemory.AlignedFree(_region);
        _arenasTaken.ForEach(arena => arena.Dispose());
    }

    /// <summary>TEST_ONLY: how often a value lies in the memory.</summary>
    public int TestCopiesOf(long value) =>
        _segments.Sum(segment => MemoryMarshal.Cast<byte, long>(segment.TestBytes).Count(value));

    /// <summary>Gives a segment memory. A spare arena is taken if there is room for all of it.</summary>
    private void Place(HeadSegment segment, long roomBytes)
    {
        if (_unplaced.Count == 0 && Suits(_arenas.ArenaBytes, roomBytes) && _arenas.TryGiveAway(out MemArena? arena))
        {
            Cut(arena);
        }

        if (_unplaced.TryDequeue(out nint piece))
        {
            NativeMemory.Clear((byte*)piece, (nuint)SegmentBytes); // it has old rows, perhaps of users who were erased
            segment.Place((byte*)piece);
        }
        else
        {
            segment.Place(_region + _placed);
            Volatile.Write(ref _placed, _placed + SegmentBytes);
        }

        _withMemory++;
        Volatile.Write(ref _unplacedBytes, (long)_unplaced.Count * SegmentBytes);
    }

    // Each piece finds a segment, and little of the arena is left over.
    private bool Suits(long arenaBytes, long roomBytes) =>
        arenaBytes <= roomBytes
        && PiecesOf(arenaBytes) <= _segments.Length - _withMemory
        && PiecesOf(arenaBytes) * SegmentBytes >= arenaBytes - (arenaBytes / MostWaste);

    private void Cut(MemArena arena)
    {
        _arenasTaken.Add(arena);
        for (long piece = 0; piece < PiecesOf(arena.Capacity); piece++)
        {
            _unplaced.Enqueue((nint)(arena.Pointer(0) + (piece * SegmentBytes)));
        }
    }

    private long PiecesOf(long arenaBytes) => arenaBytes / SegmentBytes;
}
