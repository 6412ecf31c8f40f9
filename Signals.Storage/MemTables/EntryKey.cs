namespace Signals.Storage.MemTables;

/// <summary>What entries are sorted by, and the arena reference of the entry.</summary>
internal readonly record struct EntryKey(ulong UserHigh, ulong UserLow, ushort EventType, uint Reference);
