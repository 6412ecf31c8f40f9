using Signals.Storage.MemTables;
using Signals.Storage.Versions;

namespace Signals.Storage.Reads;

/// <summary>Everything that a read looks at, as one immutable whole: memtables, newest first, and the tables.</summary>
/// <remarks>
/// Thread contract: immutable; published with a release store and read inside an epoch.
/// Invariant: every acknowledged event is in one of its parts.
/// </remarks>
internal sealed class ReadView(MemTable[] memTables, TableVersion tables)
{
    /// <summary>The active memtable first, then the frozen ones, newest first.</summary>
    public MemTable[] MemTables { get; } = memTables;

    public TableVersion Tables { get; } = tables;

    public MemTable Active => MemTables[0];

    public ReadView WithNewActive(MemTable active) => new([active, .. MemTables], Tables);

    public ReadView WithTables(TableVersion tables) => new(MemTables, tables);

    /// <summary>The view after the oldest frozen memtables went into tables.</summary>
    public ReadView WithFlushed(MemTable oldest, TableVersion tables) =>
        new(Array.FindAll(MemTables, table => !ReferenceEquals(table, oldest)), tables);
}
