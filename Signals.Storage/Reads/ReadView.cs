using Signals.Storage.MemTables;
using Signals.Storage.Versions;

namespace Signals.Storage.Reads;

/// <summary>Everything that a read looks at, as one immutable whole: the memtables and the tables.</summary>
/// <remarks>
/// Thread contract: immutable; published with a release store and read inside an epoch. Invariant: every acknowledged event is in
/// a memtable or a table of the view.
/// </remarks>
/// <param name="memTables">The active memtable, then the frozen ones, newest first.</param>
/// <param name="tables">The tables.</param>
/// <param name="version">The kept version that the tables belong to; 0 when none is kept.</param>
internal sealed class ReadView(MemTable[] memTables, TableVersion tables, ulong version = 0)
{
    /// <summary>The active memtable first, then the frozen ones, newest first.</summary>
    public MemTable[] MemTables { get; } = memTables;

    public TableVersion Tables { get; } = tables;

    /// <summary>The kept version from which answers of this view can be rebuilt; 0 when none is kept.</summary>
    public ulong Version { get; } = version;

    public MemTable Active => MemTables[0];

    public ReadView WithNewActive(MemTable active) => new([active, .. MemTables], Tables, Version);

    /// <summary>The view without the memtable that rows are appended to. It cannot take part in ingest.</summary>
    public ReadView WithoutActive() => new(MemTables[1..], Tables, Version);

    public ReadView WithTables(TableVersion tables) => new(MemTables, tables, Version);

    /// <summary>The view after the oldest frozen memtable was flushed into tables.</summary>
    public ReadView WithFlushed(MemTable oldest, TableVersion tables) =>
        new(Array.FindAll(MemTables, table => !ReferenceEquals(table, oldest)), tables, Version);

    /// <summary>The same view under another kept version.</summary>
    public ReadView WithVersion(ulong version) => new(MemTables, Tables, version);
}
