using Signals.Core.Ingest;
using Signals.Core.Model;
using Signals.Core.Schema;
using Signals.Storage.History;
using Signals.Storage.MemTables;
using Signals.Storage.Versions;

namespace Signals.Storage.Engine;

/// <summary>Applies log records to the memtables and the erasure set: the same way when they are new and when they are replayed.</summary>
/// <remarks>
/// Thread contract: the ingest thread, or the opening thread before there is one; <see cref="UnsavedErasures"/> and <see cref="SetSaved"/> by the flush.
/// Applying a record twice changes no answer, so replay may start earlier than where the tables end.
/// </remarks>
internal sealed class RecordApplier
{
    private readonly StoreSchema _schema;
    private readonly MemTableSet _memTables;
    private readonly ErasureSet _erasures;
    private readonly SourcePositions _sources;
    private readonly WatermarkSet _watermarks;
    private readonly BatchRows?[] _rows;
    private readonly MemTableWriter _writer = new();
    private readonly Lock _gate = new();
    private readonly List<Erasure> _unsavedErasures = []; // guarded by _gate
    private long _eventsApplied;
    private long _eventsHidden;
    private int _flushesWithErased;

    public RecordApplier(StoreSchema schema, MemTableSet memTables, ErasureSet erasures, SourcePositions sources, WatermarkSet watermarks)
    {
        _schema = schema;
        _memTables = memTables;
        _erasures = erasures;
        _sources = sources;
        _watermarks = watermarks;
        _rows = new BatchRows?[schema.EventTypes.Count];
    }

    /// <summary>Is told which users the records have rows of, before they are visible; null for nobody.</summary>
    public CommitGate? Gate { get; set; }

    /// <summary>
    /// How many flushes may come before all that is applied now is in tables, when rows that an erasure hides are to be noticed as they come,
    /// because kept versions must not keep them; 0 to look at none.
    /// </summary>
    public int WatchedFlushes { get; init; }

    /// <summary>Whether erasures or positions of sources were applied that no memtable or manifest edit holds.</summary>
    public bool HasUnsaved
    {
        get
        {
            lock (_gate)
            {
                return _unsavedErasures.Count > 0 || _sources.HasUnsaved;
            }
        }
    }

    public long EventsApplied => Volatile.Read(ref _eventsApplied);

    /// <summary>Of them, those that an erasure hid when they came.</summary>
    public long EventsHidden => Volatile.Read(ref _eventsHidden);

    /// <summary>Applies every record of a run.</summary>
    /// <param name="records">Whole records.</param>
    /// <param name="before">Stream position up to which everything was applied earlier.</param>
    /// <param name="log">The log that holds the records.</param>
    /// <exception cref="InvalidDataException">A record is not one; what came before it is applied.</exception>
    public void Apply(ReadOnlySpan<byte> records, long before, ulong log)
    {
        RecordEnumerator walk = new(records);
        while (walk.MoveNext())
        {
            switch (walk.Header.Kind)
            {
                case RecordKind.Events:
                    ApplyEvents(walk.Current, walk.Header.TypeId, before, log);
                    break;
                case RecordKind.Erase:
                    ApplyErasure(walk.Current);
                    break;
                case RecordKind.Group:
                    ApplyGroup(walk.Current, before, log);
                    break;
                default:
                    throw new InvalidDataException($"A record of kind {walk.Header.Kind} is unknown to this version.");
            }
        }
    }

    /// <summary>
    /// Freezes the active memtable with the positions of sources that it covers. That of a record under way is not among them: some of its
    /// events may still be missing here, and the edit that makes the memtable durable must not say that they are not.
    /// </summary>
    /// <param name="endPosition">Stream position that it and all older ones cover.</param>
    /// <param name="log">The log that the next record is in; 0 without logs.</param>
    public void Freeze(long endPosition, ulong log)
    {
        _memTables.WaitForRoom(); // it may throw, and what was taken would be lost
        _memTables.Active.Sources = _sources.TakeUnsaved();
        _memTables.Freeze(endPosition, log);
    }

    /// <summary>Whether what is being flushed may have held rows that an erasure hid when they came; once a flush.</summary>
    public bool TakeFlushedErased() => Volatile.Read(ref _flushesWithErased) > 0 && Interlocked.Decrement(ref _flushesWithErased) >= 0;

    /// <summary>The erasures that no manifest edit holds yet, oldest first. They stay until <see cref="SetSaved"/>.</summary>
    public Erasure[] UnsavedErasures()
    {
        lock (_gate)
        {
            return [.. _unsavedErasures];
        }
    }

    /// <summary>Says that the oldest of them are in the manifest, durably; one flush at a time.</summary>
    public void SetSaved(int count)
    {
        lock (_gate)
        {
            _unsavedErasures.RemoveRange(0, count);
        }
    }

    private void ApplyEvents(ReadOnlySpan<byte> record, ushort eventType, long before, ulong log)
    {
        if (eventType >= _rows.Length)
        {
            throw new InvalidDataException($"A batch is of event type {eventType}; the schema has {_rows.Length}.");
        }

        BatchRows rows = _rows[eventType] ??= new BatchRows(_schema.EventTypes[eventType]);
        BatchRecordReader batch = BatchRecordReader.Open(record, rows.EventType);
        for (int first = 0; first < batch.Rows; first += rows.Count)
        {
            rows.Decode(batch, first);
            ApplyRows(rows, before, log);
        }
    }

    private void ApplyRows(BatchRows rows, long before, ulong log)
    {
        if (Gate is { } gate)
        {
            Touch(gate, rows);
        }

        if (!_erasures.IsEmpty)
        {
            CountHidden(rows);
        }

        for (int row = 0; (row = _writer.Append(_memTables.Active, rows, row)) < rows.Count;)
        {
            if (_memTables.Active.Rows == 0)
            {
                throw new InvalidOperationException($"An event of type '{rows.EventType.Name}' does not fit an empty memtable of {_memTables.Active.Arena.Capacity} bytes; open the store with a larger MemTableBytes.");
            }

            Freeze(before, log);
        }

        foreach (long time in rows.Times)
        {
            _watermarks.Raise(rows.EventType.Id, time);
        }

        Volatile.Write(ref _eventsApplied, _eventsApplied + rows.Count);
    }

    // What is later than every erasure, as nearly all that is streamed, costs one comparison.
    private void CountHidden(BatchRows rows)
    {
        long latest = _erasures.LatestCutoff;
        int hidden = 0;
        for (int row = 0; row < rows.Count; row++)
        {
            if (rows.Times[row] <= latest && rows.Times[row] <= _erasures.CutoffOf(rows.User(row)))
            {
                hidden++;
            }
        }

        if (hidden > 0)
        {
            Volatile.Write(ref _eventsHidden, _eventsHidden + hidden);
            Volatile.Write(ref _flushesWithErased, WatchedFlushes);
        }
    }

    private static void Touch(CommitGate gate, BatchRows rows)
    {
        for (int row = 0; row < rows.Count; row++)
        {
            gate.Touch(rows.User(row).Hash64);
        }
    }

    private void ApplyGroup(ReadOnlySpan<byte> record, long before, ulong log)
    {
        GroupRecordReader group = GroupRecordReader.Open(record);
        RecordEnumerator walk = new(group.Records);
        while (walk.MoveNext())
        {
            if (walk.Header.Kind != RecordKind.Events)
            {
                throw new InvalidDataException($"A group holds a record of kind {walk.Header.Kind}; only batches of events may be in it.");
            }

            ApplyEvents(walk.Current, walk.Header.TypeId, before, log);
        }

        _sources.Raise(group.Source, group.Position, group.Incarnation, group.Generation);
    }

    private void ApplyErasure(ReadOnlySpan<byte> record)
    {
        (UserId user, long cutoffMs) = EraseRecord.Read(record);
        Gate?.TouchEveryone();
        if (_erasures.Add(user, cutoffMs))
        {
            lock (_gate)
            {
                _unsavedErasures.Add(new Erasure(user, cutoffMs));
            }
        }
    }
}
