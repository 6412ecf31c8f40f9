using Signals.Core.Columns;
using Signals.Storage.Tables;

namespace Signals.Storage.Compaction;

/// <summary>
/// Writes the remaining rows of a patch run into a smaller run with the same stamp and time of import, and drops the rows whose
/// grace period is over. Thread contract: one thread, used once. The file is synced when <see cref="Run"/> returns; if the writer
/// is disposed before that, the file is deleted.
/// </summary>
internal sealed class OrphanWriter : IDisposable
{
    private readonly FoldTarget _target;
    private readonly FoldInput _input;
    private readonly Func<UserId, bool> _mayArrive;
    private readonly RowBuffer _rows;
    private readonly RowBuffer _kept;
    private readonly List<OrphanKey> _waiting = [];
    private readonly List<OrphanKey> _droppedSample = [];
    private long _held;
    private long _dropped;
    private TableWriter? _writer;

    /// <summary>Prepares a run.</summary>
    /// <param name="target">Where the table is written.</param>
    /// <param name="input">The patch run.</param>
    /// <param name="mayArrive">Whether events of the user may be on their way to a table that the fold did not see.</param>
    public OrphanWriter(FoldTarget target, FoldInput input, Func<UserId, bool> mayArrive)
    {
        _target = target;
        _input = input;
        _mayArrive = mayArrive;
        ColumnType[] types = [.. target.Type.Columns.Select(column => column.Type)];
        RowDefaults defaults = input.Table.Defaults;
        _rows = new RowBuffer(types, defaults.Stamp, defaults.Parts);
        _kept = new RowBuffer(types, defaults.Stamp, defaults.Parts);
    }

    /// <summary>Does the work. The result names no table when no row was left.</summary>
    /// <param name="cancel">Ends the work early.</param>
    public FoldedPatches Run(CancellationToken cancel)
    {
        TableCursor cursor = _input.Table.CreateCursor();
        while (_input.Left > 0 && cursor.MoveNext())
        {
            cancel.ThrowIfCancellationRequested();
            UserRows rows = cursor.Rows;
            if (_input.Gone.CountIn(rows.FirstRow, rows.Count) < rows.Count)
            {
                KeepUser(cursor, rows);
            }
        }

        TableMeta? after = _writer?.Finish();
        return Result(after is null ? null : after with { ImportedMs = _input.Table.Meta.ImportedMs });
    }

    /// <summary>Deletes the file unless it was finished.</summary>
    public void Dispose() => _writer?.Dispose();

    private void KeepUser(TableCursor cursor, in UserRows rows)
    {
        _rows.Clear();
        _kept.Clear();
        cursor.AppendTo(_rows);
        bool drops = _input.IsGraceOver && !_mayArrive(cursor.User);
        for (int i = 0; i < rows.Count; i++)
        {
            if (_input.Gone.Contains(rows.FirstRow + i))
            {
                continue;
            }

            OrphanKey key = new(cursor.User, _rows.Times[i], _rows.Ids[i]);
            if (drops)
            {
                _input.Gone.Add(rows.FirstRow + i);
                _dropped++;
                AddToSample(_droppedSample, key);
            }
            else
            {
                _held++;
                AddToSample(_waiting, key);
                _kept.AppendRow(_rows, i);
            }
        }

        if (_kept.Count > 0)
        {
            Writer().Add(cursor.User, _kept, 0, _kept.Count);
        }
    }

    private TableWriter Writer()
    {
        if (_writer is null)
        {
            ulong number = _target.NextNumber();
            string path = _target.Folder.Table(number);
            _writer = new TableWriter(
                _target.Folder.Files, path, number, _target.Type, windowStart: null, _target.Options, _input.Table.Defaults);
        }

        return _writer;
    }

    private FoldedPatches Result(TableMeta? after)
    {
        TableMeta meta = _input.Table.Meta;
        return new FoldedPatches(
            meta.Number,
            after,
            new OrphanCount(meta.EventType, meta.Stamp, _held, _waiting),
            new OrphanCount(meta.EventType, meta.Stamp, _dropped, _droppedSample));
    }

    private static void AddToSample(List<OrphanKey> sample, in OrphanKey key)
    {
        if (sample.Count < OrphanCount.SampleSize)
        {
            sample.Add(key);
        }
    }
}
