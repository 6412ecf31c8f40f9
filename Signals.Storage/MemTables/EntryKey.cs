namespace Signals.Storage.MemTables;

/// <summary>The key by which entries are sorted, and the arena reference of the entry.</summary>
internal readonly record struct EntryKey(ulong UserHigh, ulong UserLow, ushort EventType, uint Reference);
