using Signals.Storage.MemTables;

namespace Signals.Storage.Engine.Views;

/// <summary>Makes the memtables of a store: each takes one piece of memory from the pool and lays rows out as the schema says.</summary>
/// <remarks>Thread contract: any thread. Whoever makes a memtable owns it. Lifetime: not longer than that of the pool.</remarks>
internal sealed class MemTableFactory(MemArenaPool arenas, StoreSchema schema)
{
    private readonly ChunkLayout[] _layouts = [.. schema.EventTypes.Select(type => new ChunkLayout(type))];

    private long _last;

    /// <summary>Makes an empty memtable.</summary>
    /// <param name="firstLog">The log that its first record will be in; 0 while that is not known.</param>
    public MemTable Create(ulong firstLog) => new(arenas, _layouts)
    {
        FirstLog = firstLog,
        Number = Interlocked.Increment(ref _last),
    };
}
