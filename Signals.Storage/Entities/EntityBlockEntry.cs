namespace Signals.Storage.Entities;

/// <summary>Where a block is in the file, and its first key. One entry per block stays in memory.</summary>
internal readonly record struct EntityBlockEntry(ulong FirstHigh, ulong FirstLow, long Offset, int Length, int Rows);
