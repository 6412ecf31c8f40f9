using System.Numerics;

namespace Signals.Storage.Engine.Context;

/// <summary>How a store divides its memory. Pure; bytes.</summary>
/// <param name="Ring">The ring, a power of two.</param>
/// <param name="MemTable">One memtable; there are as many as may be frozen, and two.</param>
/// <param name="Cache">Cached blocks, and with one budget for all the directories of the tables.</param>
internal readonly record struct MemoryShares(int Ring, long MemTable, long Cache)
{
    /// <summary>The least memory of a memtable that a store can be opened with.</summary>
    private const long LeastMemTable = 65536;

    private const int RingShare = 64;
    private const int LargestRing = 8 << 20;
    private const int BatchesInRing = 4;
    private const long LargestMemTable = 128 << 20;
    private const long LargestCache = 256 << 20;
    private const int MemoryPart = 4;

    /// <summary>The shares of a budget. One that is too small for its batches leaves a share below zero.</summary>
    public static MemoryShares Divide(long budget, int maxBatchBytes, int maxFrozen)
    {
        int ring = RingOf(budget / RingShare, maxBatchBytes);
        long memTable = budget / 2 / (maxFrozen + 2);
        return new MemoryShares(ring, memTable, budget - ring - (memTable * (maxFrozen + 2)));
    }

    /// <summary>
    /// The sizes where none is set: 8 MiB for the ring, 128 MiB for a memtable and 256 MiB for the cache, and all of them smaller in the
    /// same proportion where they would take more than a quarter of the memory. The ring still holds four batches and a memtable two,
    /// however little memory there is.
    /// </summary>
    /// <param name="availableBytes">The memory that the process may use; 0 or less when it is not known.</param>
    /// <param name="maxBatchBytes">The largest batch.</param>
    /// <param name="maxFrozen">How many memtables may wait for their flush.</param>
    public static MemoryShares ForMemory(long availableBytes, int maxBatchBytes, int maxFrozen)
    {
        long memTables = maxFrozen + 2L;
        long usual = LargestRing + (memTables * LargestMemTable) + LargestCache;
        long most = availableBytes <= 0 ? usual : Math.Min(usual, availableBytes / MemoryPart);
        int ring = RingOf((long)(LargestRing * ((double)most / usual)), Math.Min(maxBatchBytes, LargestRing / BatchesInRing));
        long left = Math.Max(0, most - ring);
        long memTable = (long)(left * ((double)LargestMemTable / (usual - LargestRing)));
        memTable = Math.Min(LargestMemTable, Math.Max(memTable, Math.Max(LeastMemTable, 2L * maxBatchBytes)));
        return new MemoryShares(ring, memTable, Math.Max(0, left - (memTables * memTable)));
    }

    private static int RingOf(long share, int maxBatchBytes)
    {
        uint least = BitOperations.RoundUpToPowerOf2((uint)Math.Clamp((long)BatchesInRing * maxBatchBytes, 4096, 1 << 30));
        return (int)Math.Max(least, 1u << BitOperations.Log2((ulong)Math.Clamp(share, 1, LargestRing)));
    }
}
