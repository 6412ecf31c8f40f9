using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using System.Numerics;
using System.Runtime.InteropServices;

namespace Signals.Core.Ingest;

/// <summary>
/// A lock-free multi-producer, single-consumer ring of records in native memory. A producer claims space with one compare-and-swap,
/// encodes in place and publishes; the consumer takes runs of records as they lie, without copying.
/// </summary>
/// <remarks>
/// Thread contract: claims and waits for space from any thread; peeking, releasing and waiting for data from one thread at a time.
/// This part holds the memory, the other one the waiting.
/// Invariants: <c>head &lt;= tail &lt;= head + capacity</c>; bytes from tail to head + capacity are zero; a record is published exactly
/// when its length word is not 0; a record never wraps, padding fills the end. Positions are absolute and only grow.
/// The ordering argument is in <c>docs/decisions/0002-ring-memory-ordering.md</c>.
/// Lifetime: close, drain, then dispose once the consumer has stopped.
/// </remarks>
internal sealed unsafe partial class ByteRing : IDisposable
{
    // Inside the tail, so that a claim either precedes the close and is drained, or sees it: there is no in-between.
    private const long ClosedBit = long.MinValue;
    private const nuint CacheLine = 64;
    private const int DisposeRounds = 100;
    private const int DisposeRoundMs = 50;

    private readonly int _capacity;
    private readonly int _maxRecord;
    private readonly void* _allocated;
    private byte* _memory;
    private RingPositions _positions;

    /// <summary>A ring of zeroed memory, of which the system gives each page when it is first written: a store that takes little holds little.</summary>
    /// <param name="capacity">Bytes; a power of two.</param>
    /// <param name="maxRecord">The longest record in bytes; at most half the capacity, so that it fits wherever the tail stands.</param>
    public ByteRing(int capacity, int maxRecord)
    {
        if (!BitOperations.IsPow2(capacity) || capacity < 2 * RecordFormat.HeaderLength)
        {
            throw new ArgumentOutOfRangeException(nameof(capacity), capacity, "Must be a power of two, at least 16.");
        }

        ArgumentOutOfRangeException.ThrowIfLessThan(maxRecord, RecordFormat.HeaderLength);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(maxRecord, capacity / 2);
        _capacity = capacity;
        _maxRecord = maxRecord;
        _allocated = NativeMemory.AllocZeroed((nuint)capacity + CacheLine);
        _memory = (byte*)(((nuint)_allocated + CacheLine - 1) & ~(CacheLine - 1));
    }

    /// <summary>Bytes of the ring.</summary>
    public int Capacity => _capacity;

    /// <summary>The longest record that can be claimed.</summary>
    public int MaxRecord => _maxRecord;

    /// <summary>The absolute position after the newest claim; final once the ring is closed.</summary>
    public long ClaimedPosition => Volatile.Read(ref _positions.Tail) & ~ClosedBit;

    /// <summary>The absolute position up to which records were released.</summary>
    public long ConsumedPosition => Volatile.Read(ref _positions.Head);

    /// <summary>Whether claims are refused for good.</summary>
    public bool IsClosed => (Volatile.Read(ref _positions.Tail) & ClosedBit) != 0;

    /// <summary>Whether the ring is closed and everything claimed before was released.</summary>
    public bool IsDrained
    {
        get
        {
            long tail = Volatile.Read(ref _positions.Tail);
            return (tail & ClosedBit) != 0 && (tail & ~ClosedBit) == ConsumedPosition;
        }
    }

    /// <summary>Claims space for one record. Allocates nothing and never waits.</summary>
    /// <param name="length">Bytes, header included; a multiple of 8, at most <see cref="MaxRecord"/>.</param>
    /// <param name="claim">The space, to be settled by the caller.</param>
    /// <returns>False when the ring is full or closed.</returns>
    public bool TryClaim(int length, out RingClaim claim)
    {
        CheckLength(length);
        while (true)
        {
            long tail = Volatile.Read(ref _positions.Tail);
            long start = StartOf(tail, length);
            long end = start + length;
            if ((tail & ClosedBit) != 0 || end - Volatile.Read(ref _positions.Head) > _capacity)
            {
                claim = default;
                return false;
            }

            if (Interlocked.CompareExchange(ref _positions.Tail, end, tail) != tail)
            {
                continue;
            }

            if (start != tail)
            {
                byte* padding = At(tail);
                padding[RecordFormat.KindOffset] = (byte)RecordKind.Padding;
                Volatile.Write(ref *(int*)padding, (int)(start - tail));
            }

            claim = new RingClaim(this, At(start), length, end);
            return true;
        }
    }

    /// <summary>Takes the published records at the head, as far as they lie side by side. Consumer only; allocates nothing.</summary>
    /// <param name="maxBytes">Where to stop; the first record is taken whatever its length.</param>
    /// <param name="run">The records. Release it before the next peek.</param>
    /// <returns>False when nothing is published at the head.</returns>
    public bool TryPeekRun(int maxBytes, out RingRun run)
    {
        ObjectDisposedException.ThrowIf(_memory is null, this);
        long tail = ClaimedPosition;
        long head = SkipPadding(tail);
        long end = head;
        long recordsEnd = head;
        long ringEnd = Math.Min(tail, head - Offset(head) + _capacity);
        while (end < ringEnd)
        {
            byte* record = At(end);
            int length = Volatile.Read(ref *(int*)record);
            if (length == 0 || (recordsEnd > head && end + length - head > maxBytes))
            {
                break;
            }

            end += length;
            if (record[RecordFormat.KindOffset] != (byte)RecordKind.Padding)
            {
                recordsEnd = end;
            }
        }

        run = new RingRun(new ReadOnlySpan<byte>(At(head), (int)(recordsEnd - head)), head, end);
        return recordsEnd > head;
    }

    /// <summary>Gives the space of the last run back to the producers. Consumer only.</summary>
    public void Release(in RingRun run)
    {
        Debug.Assert(run.StartPosition == _positions.Head, "Only the run that was peeked last can be released, and only once.");
        ReleaseTo(run.EndPosition);
        _space.Raise();
    }

    /// <summary>
    /// Closes the ring and frees its memory, after the producers that are still encoding have settled. A claim that is never settled
    /// keeps the memory from being freed: a leak is better than a producer writing into memory that is no longer the ring's.
    /// </summary>
    public void Dispose()
    {
        if (_memory is null)
        {
            return;
        }

        Close();
        for (int round = 0; round < DisposeRounds && !IsDrained; round++)
        {
            while (TryPeekRun(_capacity, out RingRun run))
            {
                Release(run);
            }

            if (!IsDrained)
            {
                WaitForData(DisposeRoundMs);
            }
        }

        if (IsDrained)
        {
            NativeMemory.Free(_allocated);
        }

        _memory = null;
    }

    /// <summary>Stores the length word of a filled record, which hands it to the consumer.</summary>
    internal void Publish(byte* record, int length)
    {
        Volatile.Write(ref *(int*)record, length);
        _consumer.Wake();
    }

    private bool IsPublishedAt(long position) => Volatile.Read(ref *(int*)At(position)) != 0;

    /// <summary>Releases the padding at the head, so that a run begins with a record and never wraps.</summary>
    private long SkipPadding(long tail)
    {
        long head = _positions.Head;
        long end = head;
        while (end < tail)
        {
            byte* record = At(end);
            int length = Volatile.Read(ref *(int*)record);
            if (length == 0 || record[RecordFormat.KindOffset] != (byte)RecordKind.Padding)
            {
                break;
            }

            ReleaseTo(end += length);
        }

        if (end != head)
        {
            _space.Raise();
        }

        return end;
    }

    private void ReleaseTo(long end)
    {
        long head = _positions.Head;
        NativeMemory.Clear(At(head), (nuint)(end - head));
        Volatile.Write(ref _positions.Head, end);
    }

    /// <summary>Where a record of this length begins when the tail is here: at once, or after padding to the end of the ring.</summary>
    private long StartOf(long tail, int length)
    {
        int untilWrap = _capacity - Offset(tail);
        return length <= untilWrap ? tail : tail + untilWrap;
    }

    private int Offset(long position) => (int)position & (_capacity - 1);

    private byte* At(long position) => _memory + Offset(position);

    private void CheckLength(int length)
    {
        if (length < RecordFormat.HeaderLength || length > _maxRecord || length % RecordFormat.Alignment != 0)
        {
            ThrowLength(length);
        }
    }

    [DoesNotReturn]
    private void ThrowLength(int length) => throw new ArgumentOutOfRangeException(
        nameof(length), length, $"Must be a multiple of {RecordFormat.Alignment} from {RecordFormat.HeaderLength} to {_maxRecord}.");
}
