using Signals.Core.Model;
using Signals.Storage.Engine.Context;
using Signals.Storage.Engine.Flushing;
using Signals.Storage.Engine.Ingest;
using Signals.Storage.Engine.Views;
using Signals.Storage.MemTables;
using Signals.Storage.Primitives;
using Signals.Storage.Reads;
using Signals.Storage.Versions;

namespace Signals.Storage.Engine.Following;

/// <summary>
/// The rows that the logs of another process hold and its tables do not, in memtables of this process. A memtable goes when everything in
/// it is in tables.
/// </summary>
/// <remarks>
/// Thread contract: one thread at a time. Invariant: for each memtable with rows it is known where the last record ends that has rows in
/// it. Lifetime: that of the followed state.
/// </remarks>
internal sealed class FollowedRows
{
    private readonly StoreContents _contents;
    private readonly MemTableSet _memTables;
    private readonly RecordApplier _applier;
    private readonly AppliedErasures _erasures;
    private readonly Dictionary<MemTable, StreamPosition> _ends = [];
    private readonly HashSet<MemTable> _small = []; // frozen for a scan before they were half full

    /// <param name="context">The store.</param>
    /// <param name="contents">Holds the memtables.</param>
    /// <param name="erasures">Takes the erasures of the logs.</param>
    /// <param name="sources">Takes the positions of sources of the logs.</param>
    /// <param name="owned">Takes what has to be disposed.</param>
    public FollowedRows(
        StoreContext context, StoreContents contents, AppliedErasures erasures, SourcePositions sources, OwnedResources owned)
    {
        _contents = contents;
        _erasures = erasures;
        FailStop failStop = new();
        TablePace pace = owned.Add(new TablePace(contents.View, int.MaxValue, TimeSpan.Zero, failStop));
        FrozenMemTables frozen = owned.Add(new FrozenMemTables(contents.View, int.MaxValue, pace, context.Time, failStop));
        _memTables = new MemTableSet(contents.View, contents.MemTables, frozen, inlineFlush: null);
        _applier = new RecordApplier(context.Schema, _memTables, erasures, sources, contents.Watermarks);
    }

    /// <summary>Stream position up to which everything is in tables or memtables.</summary>
    public StreamPosition Position { get; private set; }

    /// <summary>How many memtables were frozen before they were half full, so that fewer would do.</summary>
    public int Small => _small.Count;

    /// <summary>Applies the records of one entry.</summary>
    /// <param name="log">The log of the entry.</param>
    /// <param name="records">The records.</param>
    /// <param name="end">The position after them.</param>
    public void Apply(ulong log, ReadOnlySpan<byte> records, StreamPosition end)
    {
        MemTable first = _memTables.Active;
        _applier.Apply(records, new RecordOrigin(Position, log));

        // A record may fill a memtable and go on in the next, so it ends later than where the full one was frozen.
        foreach (MemTable table in _contents.View.Current.MemTables)
        {
            _ends[table] = end;
            if (ReferenceEquals(table, first))
            {
                break;
            }
        }

        _erasures.SetSaved(_erasures.Unsaved().Length);
        Position = end;
    }

    /// <summary>Freezes the active memtable if it has rows, so that a scan may keep it.</summary>
    public void Freeze(ulong log)
    {
        MemTable active = _memTables.Active;
        if (active.Rows > 0)
        {
            if (active.Arena.Used < active.Arena.Capacity / 2)
            {
                _small.Add(active);
            }

            _applier.Freeze(Position, log);
        }
    }

    /// <summary>Puts tables into the view in place of those of before, and takes out the memtables that they make needless.</summary>
    /// <param name="tables">The tables.</param>
    /// <param name="flushed">The position up to which they have everything.</param>
    /// <param name="next">The log of the next record, which no memtable that stays begins after.</param>
    /// <returns>The memtables that left the view.</returns>
    public IReadOnlyList<MemTable> Replace(TableVersion tables, StreamPosition flushed, ulong next)
    {
        MemTable[] before = _contents.View.Current.MemTables;
        List<MemTable> kept = [.. before.Where(table => EndOf(table) > flushed)];
        if (kept.Count == 0 || !ReferenceEquals(kept[0], before[0]))
        {
            kept.Insert(0, before[0].Rows == 0 ? before[0] : _contents.MemTables.Create(next));
        }

        MemTable[] left = [.. before.Except(kept)];
        Array.ForEach(left, table => _ends.Remove(table));
        _small.ExceptWith(left);
        _contents.View.Replace(current => new ReadView([.. kept], tables, current.Version));
        Position = StreamPosition.Max(Position, flushed);
        return left;
    }

    /// <summary>Takes all memtables out of the view, so that the logs can be applied anew.</summary>
    /// <returns>The memtables that left the view.</returns>
    public IReadOnlyList<MemTable> Clear(TableVersion tables, StreamPosition flushed, ulong next)
    {
        IReadOnlyList<MemTable> left = Replace(tables, StreamPosition.Greatest, next);
        Position = flushed;
        return left;
    }

    private StreamPosition EndOf(MemTable table) =>
        PlantedBugs.Has(PlantedBugs.RefreshDropsHalfARecord) && !ReferenceEquals(table, _memTables.Active)
            ? table.EndPosition
            : _ends.GetValueOrDefault(table);
}
