using System.Diagnostics;
using System.Runtime.InteropServices;
using Signals.Core.Model;
using Signals.Storage.Primitives;

namespace Signals.Storage.MemTables;

/// <summary>
/// One block of native memory that is handed out from front to back. Everything in it is freed at once by resetting it. Addresses
/// inside are 32-bit references in units of 8 bytes, so an arena holds at most 32 GiB.
/// </summary>
/// <remarks>
/// Thread contract: one writer allocates; readers may dereference references that were published to them. Invariants: reference 0
/// means none and is never handed out; the used part is a whole number of 8-byte units and within the capacity; allocated memory
/// is not cleared. Lifetime: <see cref="MemArenaPool"/> recycles it when no reader is left; disposing frees the memory.
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
        NativeBytes.Note(capacity);
        if (large)
        {
            // The first 2 MiB keep small pages, so that a memtable of few events takes only the pages that it uses.
            HugePages.Advise(_base + HugePages.PageBytes, capacity - HugePages.PageBytes);
        }
    }

    public long Capacity { get; }

    /// <summary>
    /// Whether so much is used that another arena will be needed soon. Any thread may ask; the answer may lag behind the writer.
    /// </summary>
    public bool IsFilling => Volatile.Read(ref _used) > Capacity / 4;

    /// <summary>Bytes handed out so far. Any thread may ask; the answer may lag behind the writer.</summary>
    public long Used => Volatile.Read(ref _used);

    public byte* Pointer(uint reference) => _base + ((long)reference * Granule);

    /// <summary>The reference of memory that <see cref="Allocate"/> handed out.</summary>
    public uint ReferenceOf(void* place) => (uint)(((byte*)place - _base) / Granule);

    /// <summary>Touches every page, so that ingest never pays for the first touch of fresh memory.</summary>
    public void Prefault()
    {
        for (long offset = 0; offset < Capacity; offset += PageBytes)
        {
            _base[offset] = 0;
        }
    }

    /// <summary>
    /// Reserves <paramref name="bytes"/> at a multiple of 8 bytes, or of 64 bytes when <paramref name="lineAligned"/>. Returns
    /// the reference, or 0 when the arena is full.
    /// </summary>
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
        Debug.Assert(
            _used >= FirstOffset && _used <= Capacity && _used % Granule == 0,
            "The used part of the arena must be whole 8-byte units within its capacity.");
    }
}
