using System.Diagnostics;
using System.Runtime.InteropServices;
using Signals.Storage.Primitives;

namespace Signals.Storage.MemTables;

/// <summary>
/// One block of native memory handed out from front to back; everything in it is freed at once by resetting it.
/// Addresses inside are 32-bit references in units of 8 bytes, so an arena holds at most 32 GiB.
/// </summary>
/// <remarks>
/// Thread contract: one writer allocates; readers may dereference what was published to them.
/// Invariants: reference 0 is never handed out, it means none; what is used ends on a granule within the capacity; contents
/// are not cleared.
/// Lifetime: recycled by <see cref="MemArenaPool"/> when no reader is left; the memory is freed on dispose.
/// </remarks>
internal sealed unsafe class MemArena : IDisposable
{
    private const int Granule = 8;
    private const int PageBytes = 4096;
    private const int FirstOffset = 64;

    private readonly byte* _base;
    private long _used = FirstOffset;
    private bool _disposed;

    public MemArena(long capacity)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(capacity, PageBytes);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(capacity, (long)uint.MaxValue * Granule);
        Capacity = capacity;
        bool large = capacity > HugePages.PageBytes;
        _base = (byte*)NativeMemory.AlignedAlloc((nuint)capacity, large ? HugePages.PageBytes : (nuint)64);
        if (large)
        {
            // Not the first of them: a memtable of few events is to hold the pages that it uses.
            HugePages.Advise(_base + HugePages.PageBytes, capacity - HugePages.PageBytes);
        }
    }

    public long Capacity { get; }

    /// <summary>Whether so much is used that another arena will soon be needed. Any thread; may lag behind the writer.</summary>
    public bool IsFilling => Volatile.Read(ref _used) > Capacity / 4;

    /// <summary>Bytes handed out so far; for the writer, or when there is none any more.</summary>
    public long Used => _used;

    public byte* Pointer(uint reference) => _base + ((long)reference * Granule);

    /// <summary>The reference of a place that <see cref="Allocate"/> handed out.</summary>
    public uint ReferenceOf(void* place) => (uint)(((byte*)place - _base) / Granule);

    /// <summary>Touches every page, so that ingest never pays for the first touch of fresh memory.</summary>
    public void Touch()
    {
        for (long offset = 0; offset < Capacity; offset += PageBytes)
        {
            _base[offset] = 0;
        }
    }

    /// <summary>Reserves <paramref name="bytes"/> on an 8-byte boundary, or a 64-byte one for <paramref name="lineAligned"/>; 0 when full.</summary>
    public uint Allocate(long bytes, bool lineAligned = false)
    {
        Debug.Assert(!_disposed && bytes >= 0);
        long start = lineAligned ? (_used + 63) & ~63L : _used;
        long end = (start + bytes + Granule - 1) & ~(long)(Granule - 1);
        if (end > Capacity)
        {
            return 0;
        }

        _used = end;
        AssertInvariants();
        return (uint)(start / Granule);
    }

    public void Reset() => _used = FirstOffset;

    public void Dispose()
    {
        if (!_disposed)
        {
            _disposed = true;
            NativeMemory.AlignedFree(_base);
        }
    }

    [Conditional("DEBUG")]
    private void AssertInvariants()
    {
        Debug.Assert(!_disposed, "The arena was freed.");
        Debug.Assert(_used >= FirstOffset && _used <= Capacity && _used % Granule == 0, "The arena is used up to no granule of it.");
    }
}
