using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Signals.Core.Model;

namespace Signals.Core.Ingest;

/// <summary>
/// A lock-free ring of records in native memory, for many producers and one consumer. A producer claims space with one
/// compare-and-swap, encodes its record in place and publishes it. The consumer takes runs of adjacent records without copying
/// them.
/// </summary>
/// <remarks>
/// Thread contract: any thread may claim space and wait for it. Peeking, releasing and waiting for data are for one thread at a
/// time. This file holds the memory; <c>ByteRing.Waiting.cs</c> holds the waiting.
/// Invariants: <c>head &lt;= tail &lt;= head + capacity</c>. The bytes from tail to head + capacity are zero. A record is
/// published exactly when its length word is not 0. A record never wraps; padding fills the end of the ring. Ring offsets
/// are absolute and only grow. The argument about memory ordering is in <c>docs/decisions/0002-ring-memory-ordering.md</c>.
/// Lifetime: close the ring, drain it, and dispose it once the consumer has stopped.
/// </remarks>
internal sealed unsafe partial class ByteRing : IDisposable
{
    // The bit is part of the tail, so every claim is either made before the close and drained, or sees the close and fails.
    private const long ClosedBit = long.MinValue;
    private const nuint CacheLine = 64;
    private const int DisposeRounds = 100;
    private const int DisposeRoundMs = 50;

    private readonly int _capacity;
    private readonly int _maxRecord;
    private readonly void* _allocated;
    private byte* _memory;
    private RingOffsets _offsets;

    /// <summary>
    /// Creates a ring of zeroed memory. The system provides each page when it is first written, so a ring of which little is used
    /// takes little memory.
    /// </summary>
    /// <param name="capacity">The size in bytes; a power of two.</param>
    /// <param name="maxRecord">
    /// The longest record in bytes. At most half the capacity, so that a record fits wherever the tail is.
    /// </param>
    public ByteRing(int capacity, int maxRecord)
    {
        if (!BitOperations.IsPow2(capacity) || capacity < 2 * RecordFormat.HeaderLength)
        {
            throw new ArgumentOutOfRangeException(nameof(capacity), capacity, "The capacity must be a power of two, at least 16.");
        }

        ArgumentOutOfRangeException.ThrowIfLessThan(maxRecord, RecordFormat.HeaderLength);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(maxRecord, capacity / 2);
        _capacity = capacity;
        _maxRecord = maxRecord;
        _allocated = NativeMemory.AllocZeroed((nuint)capacity + CacheLine);
        NativeBytes.Note(capacity + (long)CacheLine);
        _memory = (byte*)(((nuint)_allocated + CacheLine - 1) & ~(CacheLine - 1));
    }

    /// <summary>The size of the ring in bytes.</summary>
    public int Capacity => _capacity;

    /// <summary>The length in bytes of the longest record that can be claimed.</summary>
    public int MaxRecord => _maxRecord;

    /// <summary>The ring offset after the newest claim. It no longer changes once the ring is closed.</summary>
    public long ClaimedOffset => Volatile.Read(ref _offsets.Tail) & ~ClosedBit;

    /// <summary>The ring offset up to which records were released.</summary>
    public long ConsumedOffset => Volatile.Read(ref _offsets.Head);

    /// <summary>Whether all further claims are refused.</summary>
    public bool IsClosed => (Volatile.Read(ref _offsets.Tail) & ClosedBit) != 0;

    /// <summary>Whether the ring is closed and everything that was claimed before has been released.</summary>
    public bool IsDrained
    {
        get
        {
            long tail = Volatile.Read(ref _offsets.Tail);
            return (tail & ClosedBit) != 0 && (tail & ~ClosedBit) == ConsumedOffset;
        }
    }

    /// <summary>Claims space for one record. Allocates nothing and never waits.</summary>
    /// <param name="length">The length in bytes, header included: a multiple of 8, at most <see cref="MaxRecord"/>.</param>
    /// <param name="claim">The space. The caller must settle it.</param>
    /// <returns>False when the ring is full or closed.</returns>
    [MethodImpl(Compile.InFull)]
    public bool TryClaim(int length, out RingClaim claim)
    {
        CheckLength(length);
        while (true)
        {
            long tail = Volatile.Read(ref _offsets.Tail);
            long start = StartOf(tail, length);
            long end = start + length;
            if ((tail & ClosedBit) != 0 || end - Volatile.Read(ref _offsets.Head) > _capacity)
            {
                claim = default;
                return false;
            }

            if (Interlocked.CompareExchange(ref _offsets.Tail, end, tail) != tail)
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

    /// <summary>
    /// Returns the published records at the head that lie next to each other. Called by the consumer only; allocates nothing.
    /// </summary>
    /// <param name="maxBytes">The most bytes to return. The first record is returned whatever its length.</param>
    /// <param name="span">The records. Release it before the next peek.</param>
    /// <returns>False when nothing is published at the head.</returns>
    [MethodImpl(Compile.InFull)]
    public bool TryPeekRun(int maxBytes, out RingSpan span)
    {
        ObjectDisposedException.ThrowIf(_memory is null, this);
        long tail = ClaimedOffset;
        long head = SkipPadding(tail);
        long end = head;
        long recordsEnd = head;
        long ringEnd = Math.Min(tail, head - IndexOf(head) + _capacity);
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

        span = new RingSpan(new ReadOnlySpan<byte>(At(head), (int)(recordsEnd - head)), head, end);
        return recordsEnd > head;
    }

    /// <summary>Gives the space of the last run back to the producers. Called by the consumer only.</summary>
    public void Release(in RingSpan span)
    {
        Debug.Assert(span.StartOffset == _offsets.Head, "Only the run that was peeked last can be released, and only once.");
        ReleaseTo(span.EndOffset);
        _space.Raise();
    }

    /// <summary>
    /// Closes the ring and frees its memory after all producers that are still encoding have settled their claims. When a claim
    /// is never settled, the memory is not freed: a leak is better than a producer that writes into memory the ring no longer
    /// owns.
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
            while (TryPeekRun(_capacity, out RingSpan span))
            {
                Release(span);
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

    private bool IsPublishedAt(long offset) => Volatile.Read(ref *(int*)At(offset)) != 0;

    /// <summary>Releases the padding at the head, so that a run begins with a record and never wraps.</summary>
    private long SkipPadding(long tail)
    {
        long head = _offsets.Head;
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
        long head = _offsets.Head;
        NativeMemory.Clear(At(head), (nuint)(end - head));
        Volatile.Write(ref _offsets.Head, end);
    }

    /// <summary>
    /// Where a record of this length begins for this tail: at the tail, or at the start of the ring after padding to its end.
    /// </summary>
    private long StartOf(long tail, int length)
    {
        int untilWrap = _capacity - IndexOf(tail);
        return length <= untilWrap ? tail : tail + untilWrap;
    }

    private int IndexOf(long offset) => (int)offset & (_capacity - 1);

    private byte* At(long offset) => _memory + IndexOf(offset);

    private void CheckLength(int length)
    {
        if (length < RecordFormat.HeaderLength || length > _maxRecord || length % RecordFormat.Alignment != 0)
        {
            ThrowLength(length);
        }
    }

    [DoesNotReturn]
    private void ThrowLength(int length) => throw new ArgumentOutOfRangeException(
        nameof(length),
        length,
        $"The length must be a multiple of {RecordFormat.Alignment} from {RecordFormat.HeaderLength} to {_maxRecord}.");
}
