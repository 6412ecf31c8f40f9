using System.Numerics;

namespace Signals.Storage.Engine.Context;

/// <summary>How a store divides its memory. Pure; bytes.</summary>
/// <param name="Ring">The ring, a power of two.</param>
/// <param name="MemTable">One memtable; there are as many as may be frozen, and two.</param>
/// <param name="Cache">Cached blocks, and with one budget for all the directories of the tables.</param>
internal readonly record struct MemoryShares(int Ring, long MemTable, long Cache)
{
    private const int RingShare = 64;
    private const int LargestRing = 8 << 20;
    private const int BatchesInRing = 4;

    /// <summary>The shares of a budget. One that is too small for its batches leaves a share below zero.</summary>
    public static MemoryShares Divide(long budget, int maxBatchBytes, int maxFrozen)
    {
        uint least = BitOperations.RoundUpToPowerOf2((uint)Math.Clamp((long)BatchesInRing * maxBatchBytes, 4096, 1 << 30));
        long share = Math.Clamp(budget / RingShare, 1, LargestRing);
        int ring = (int)Math.Max(least, 1u << BitOperations.Log2((ulong)share));
        long memTable = budget / 2 / (maxFrozen + 2);
        return new MemoryShares(ring, memTable, budget - ring - (memTable * (maxFrozen + 2)));
    }
}
