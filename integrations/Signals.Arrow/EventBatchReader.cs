using System.Buffers.Binary;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Unicode;
using Apache.Arrow;
using Apache.Arrow.Types;
using Signals.Arrow.Buffers;
using Signals.Arrow.Columns;
using Signals.Arrow.Layout;
using Signals.Scanning;

namespace Signals.Arrow;

/// <summary>The events of a scan as record batches: a row for each event, a column for each of the scan's (<c>docs/arrow.md</c>).</summary>
/// <remarks>
/// Thread contract: one thread at a time; scans of one <c>SplitScan</c> each have a reader of their own. Values are copied once, out of
/// the scan's memory, in one piece for each column and batch. Lifetime: the reader does not dispose the scan.
/// </remarks>
public sealed class EventBatchReader
{
    private readonly EventScan _scan;
    private readonly VariableWriter _users = new(StringType.Default);
    private readonly FixedWriter _userIds = new(new FixedSizeBinaryType(16), 16);
    private readonly FixedWriter _times = new(ArrowTypes.Time, sizeof(long));
    private readonly FixedWriter _ids = new(UInt64Type.Default, sizeof(ulong));
    private readonly ColumnWriter[] _columns;
    private readonly FixedWriter[] _states;

    /// <summary>Prepares the batches of a scan.</summary>
    /// <param name="scan">The scan.</param>
    /// <param name="withStates">
    /// Whether each column is followed by one with its states, as <see cref="SequenceBatchOptions.States"/>.
    /// </param>
    public EventBatchReader(EventScan scan, bool withStates = false)
    {
        ArgumentNullException.ThrowIfNull(scan);
        _scan = scan;
        _columns = [.. scan.Columns.Select(column => ArrowTypes.WriterOf(column.Type))];
        _states = withStates ? [.. scan.Columns.Select(_ => new FixedWriter(UInt8Type.Default, sizeof(ColumnState)))] : [];
        Schema = new Schema(
            Fields(),
            new Dictionary<string, string>(StringComparer.Ordinal)
            {
                ["signals.format"] = "1",
                ["signals.event_type"] = scan.EventType.Name,
                ["signals.event_type_id"] = scan.EventType.Id.ToString(CultureInfo.InvariantCulture),
                ["signals.states"] = withStates ? "kept" : "merged",
            });
    }

    /// <summary>The schema of the batches: user, user_id, time, id, then the columns of the scan.</summary>
    public Schema Schema { get; }

    /// <summary>What is written, for the error of a text that is not UTF-8; null where such text is passed on as it is.</summary>
    internal string? Target { get; init; }

    /// <summary>Gives the next events of the scan. Null when there are no more. Dispose the batch.</summary>
    /// <param name="cancellationToken">Ends the call before a batch is complete; the next call gives those events.</param>
    /// <exception cref="CorruptionException">A block is damaged; the error names the file and the offset.</exception>
    /// <exception cref="ObjectDisposedException">The scan was disposed, or its store closed.</exception>
    public PooledRecordBatch? Next(CancellationToken cancellationToken = default)
    {
        if (!_scan.TryNext(out ScanBatch events, cancellationToken))
        {
            return null;
        }

        if (Target is not null)
        {
            RequireUtf8(events, Target);
        }

        AddKeys(events);
        for (int ordinal = 0; ordinal < _columns.Length; ordinal++)
        {
            Add(_columns[ordinal], events, ordinal);
            if (_states.Length > 0)
            {
                _states[ordinal].Append(MemoryMarshal.AsBytes(events.States(ordinal)));
            }
        }

        BatchMemory memory = new();
        IArrowArray[] arrays = [.. Writers().Select(writer => ArrowArrayFactory.BuildArray(writer.Take(memory)))];
        return new PooledRecordBatch(Schema, arrays, events.Count, memory);
    }

    /// <summary>All that is left of the scan, batch by batch, as it is asked for. Whoever takes a batch disposes it.</summary>
    public IEnumerable<PooledRecordBatch> ReadAll()
    {
        while (Next() is { } batch)
        {
            yield return batch;
        }
    }

    private static void Add(ColumnWriter writer, in ScanBatch events, int ordinal)
    {
        ReadOnlySpan<ColumnState> states = events.States(ordinal);
        switch (writer)
        {
            case FixedWriter values:
                values.Append(states, events.FixedBytes(ordinal));
                break;
            case VectorWriter vectors:
                vectors.Append(states, events.FixedBytes(ordinal));
                break;
            case BooleanWriter booleans:
                booleans.Append(states, events.FixedBytes(ordinal));
                break;
            case VariableWriter texts:
                texts.Append(states, events.Offsets(ordinal), events.Values(ordinal));
                break;
        }
    }

    private void RequireUtf8(in ScanBatch events, string target)
    {
        for (int ordinal = 0; ordinal < _columns.Length; ordinal++)
        {
            if (_scan.Columns[ordinal].Type.Kind != ColumnKind.Text)
            {
                continue;
            }

            for (int row = 0; row < events.Count; row++)
            {
                if (!Utf8.IsValid(events.Bytes(ordinal, row)))
                {
                    throw new ArrowFileException(
                        target,
                        $"the text in column '{_scan.Columns[ordinal].Name}' of event {events.Ids[row]} of user {events.Users[row]} at "
                        + $"{events.Times[row]} ms is not UTF-8, which text in Arrow must be. Scan without the column, or export as CSV, "
                        + "JSON lines, frames or Parquet.");
                }
            }
        }
    }

    private void AddKeys(in ScanBatch events)
    {
        Span<byte> id = stackalloc byte[16];
        foreach (ScanRun run in events.Runs)
        {
            string user = run.User.ToString();
            BinaryPrimitives.WriteUInt64BigEndian(id, run.User.High);
            BinaryPrimitives.WriteUInt64BigEndian(id[sizeof(ulong)..], run.User.Low);
            for (int i = 0; i < run.Count; i++)
            {
                _users.Append(user);
                id.CopyTo(_userIds.Reserve(1));
            }
        }

        _times.Append(MemoryMarshal.AsBytes(events.Times));
        _ids.Append(MemoryMarshal.AsBytes(events.Ids));
    }

    private IEnumerable<ColumnWriter> Writers()
    {
        foreach (ColumnWriter key in (ColumnWriter[])[_users, _userIds, _times, _ids])
        {
            yield return key;
        }

        for (int ordinal = 0; ordinal < _columns.Length; ordinal++)
        {
            yield return _columns[ordinal];
            if (_states.Length > 0)
            {
                yield return _states[ordinal];
            }
        }
    }

    private IEnumerable<Field> Fields()
    {
        string[] keys = EventNames.Keys;
        foreach ((string key, ColumnWriter writer) in keys.Zip([_users, _userIds, _times, (ColumnWriter)_ids]))
        {
            yield return new Field(key, writer.Type, nullable: false);
        }

        for (int ordinal = 0; ordinal < _columns.Length; ordinal++)
        {
            string column = _scan.Columns[ordinal].Name;
            string name = EventNames.Of(column);
            yield return new Field(name, _columns[ordinal].Type, nullable: true);
            if (_states.Length > 0)
            {
                yield return new Field(EventNames.StateOf(name), UInt8Type.Default, nullable: false);
            }
        }
    }
}
