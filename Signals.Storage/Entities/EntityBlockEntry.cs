namespace Signals.Storage.Entities;

/// <summary>Where a block is and which keys it begins with: what stays in memory of it.</summary>
internal readonly record struct EntityBlockEntry(ulong FirstHigh, ulong FirstLow, long Offset, int Length, int Rows);
