using System.Runtime.CompilerServices;
using Signals.Core.Ingest;
using Signals.Core.Model;
using Signals.Storage.Engine.Views;
using Signals.Storage.History;
using Signals.Storage.MemTables;
using Signals.Storage.Versions;

namespace Signals.Storage.Engine.Ingest;

/// <summary>
/// Applies log records to the memtables and the erasures, in the same way when they are new and when they are replayed.
/// </summary>
/// <remarks>
/// Thread contract: the ingest thread, or the opening thread before there is one; <see cref="EventsApplied"/> from any thread. Applying a
/// record twice changes no answer, so replay may start earlier than where the tables end. Lifetime: that of the store.
/// </remarks>
internal sealed class RecordApplier(
    StoreSchema schema, MemTableSet memTables, AppliedErasures erasures, SourcePositions sources, WatermarkSet watermarks)
{
    private readonly BatchRows?[] _rows = new BatchRows?[schema.EventTypes.Count];
    private readonly MemTableWriter _writer = new();
    private long _eventsApplied;

    /// <summary>Whether erasures or positions of sources were applied that no memtable or manifest edit holds.</summary>
    public bool HasUnsaved => erasures.HasUnsaved || sources.HasUnsaved;

    /// <summary>Events applied so far, those replayed at open included.</summary>
    public long EventsApplied => Volatile.Read(ref _eventsApplied);

    /// <summary>Applies every record of a run.</summary>
    /// <param name="records">Whole records.</param>
    /// <param name="origin">Where they come from.</param>
    /// <exception cref="InvalidDataException">A record is invalid; the records before it are applied.</exception>
    [MethodImpl(Compile.InFull)]
    public void Apply(ReadOnlySpan<byte> records, in RecordOrigin origin)
    {
        RecordEnumerator walk = new(records);
        while (walk.MoveNext())
        {
            switch (walk.Header.Kind)
            {
                case RecordKind.Events:
                    ApplyEvents(walk.Current, walk.Header.TypeId, origin);
                    break;
                case RecordKind.Erase:
                    ApplyErasure(walk.Current, origin.Gate);
                    break;
                case RecordKind.Group:
                    ApplyGroup(walk.Current, origin);
                    break;
                default:
                    throw new InvalidDataException($"A record of kind {walk.Header.Kind} is unknown to this version.");
            }
        }
    }

    /// <summary>
    /// Freezes the active memtable with the positions of sources that it covers. The position of a record under way is not among
    /// them: some of its events may still be missing, and the edit that makes the memtable durable must not claim them.
    /// </summary>
    /// <param name="end">The position that it and all older ones cover.</param>
    /// <param name="log">The log that the next record is in; 0 without logs.</param>
    public void Freeze(StreamPosition end, ulong log)
    {
        memTables.WaitForRoom(); // first, because it may throw: the positions that are taken below would be lost
        memTables.Active.Sources = sources.TakeUnsaved();
        memTables.Freeze(end, log);
    }

    [MethodImpl(Compile.InFull)]
    private void ApplyEvents(ReadOnlySpan<byte> record, ushort eventType, in RecordOrigin origin)
    {
        if (eventType >= _rows.Length)
        {
            throw new InvalidDataException($"A batch is of event type {eventType}; the schema has {_rows.Length}.");
        }

        BatchRows rows = _rows[eventType] ??= new BatchRows(schema.EventTypes[eventType]);
        BatchRecordReader batch = BatchRecordReader.Open(record, rows.EventType);
        for (int first = 0; first < batch.Rows; first += rows.Count)
        {
            rows.Decode(batch, first);
            ApplyRows(rows, origin);
        }
    }

    [MethodImpl(Compile.InFull)]
    private void ApplyRows(BatchRows rows, in RecordOrigin origin)
    {
        if (origin.Gate is { } gate)
        {
            AddUsers(gate, rows);
        }

        if (!erasures.Set.IsEmpty)
        {
            CountHidden(rows);
        }

        for (int row = 0; (row = _writer.Append(memTables.Active, rows, row)) < rows.Count;)
        {
            if (memTables.Active.Rows == 0)
            {
                throw new InvalidOperationException(
                    $"An event of type '{rows.EventType.Name}' does not fit an empty memtable of "
                    + $"{memTables.Active.Arena.Capacity} bytes; open the store with a larger MemTableBytes.");
            }

            Freeze(origin.Before, origin.Log);
        }

        foreach (long time in rows.Times)
        {
            watermarks.Raise(rows.EventType.Id, time);
        }

        Volatile.Write(ref _eventsApplied, _eventsApplied + rows.Count);
    }

    // An event that is later than every erasure, as nearly all streamed events are, costs one comparison.
    private void CountHidden(BatchRows rows)
    {
        long latest = erasures.Set.LatestCutoff;
        int hidden = 0;
        for (int row = 0; row < rows.Count; row++)
        {
            if (rows.Times[row] <= latest && rows.Times[row] <= erasures.Set.CutoffOf(rows.User(row)))
            {
                hidden++;
            }
        }

        if (hidden > 0)
        {
            erasures.NoteHidden(hidden);
        }
    }

    private static void AddUsers(CommitGate gate, BatchRows rows)
    {
        for (int row = 0; row < rows.Count; row++)
        {
            gate.AddUser(rows.User(row).Hash64);
        }
    }

    private void ApplyGroup(ReadOnlySpan<byte> record, in RecordOrigin origin)
    {
        GroupRecordReader group = GroupRecordReader.Open(record);
        RecordEnumerator walk = new(group.Records);
        while (walk.MoveNext())
        {
            if (walk.Header.Kind != RecordKind.Events)
            {
                throw new InvalidDataException(
                    $"A group holds a record of kind {walk.Header.Kind}; only batches of events may be in it.");
            }

            ApplyEvents(walk.Current, walk.Header.TypeId, origin);
        }

        sources.Raise(group.Source, group.Position, group.Incarnation, group.Generation);
    }

    private void ApplyErasure(ReadOnlySpan<byte> record, CommitGate? gate)
    {
        (UserId user, long cutoffMs) = EraseRecord.Read(record);
        gate?.AddEveryone();
        erasures.Add(user, cutoffMs);
    }
}
