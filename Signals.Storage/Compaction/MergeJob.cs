using System.Diagnostics;
using System.Runtime.CompilerServices;
using Signals.Core.Columns;
using Signals.Core.Model;
using Signals.Storage.Primitives;
using Signals.Storage.Tables;
using Signals.Storage.Versions;

namespace Signals.Storage.Compaction;

/// <summary>
/// Merges the tables of one plan into as few tables as the division by time allows. The result has each identity once, no erased
/// or expired rows, and at most the last N rows of each user. Thread contract: one thread, used once. A row is dropped only when
/// no later merge could need it, so it does not matter which tables of a type are merged, or in what order. Nothing is visible
/// until the caller commits the result. A job that fails or is cancelled leaves no file behind. It holds one block per input and
/// one user's rows, in native memory that it gives back when it is disposed, and allocates nothing per user.
/// </summary>
internal sealed class MergeJob : IDisposable
{
    private const int SampledUsers = 16_384;

    private readonly MergeTarget _target;
    private readonly CompactionWork _work;
    private readonly Table[] _tables;
    private readonly RowDefaults _defaults;
    private readonly NewerTables _newer;
    private readonly ErasureSet _erasures;
    private readonly RowMerger _merger = new();
    private readonly OwnedMemory _memory = new();
    private readonly RowBuffer _read;
    private readonly RowBuffer _merged;
    private readonly int[] _runEnds;
    private long _rowsOut;
    private long _trimmed;
    private long _expired;
    private long _erased;

    /// <summary>Prepares the work of <paramref name="work"/>.</summary>
    /// <param name="target">Where the output is written.</param>
    /// <param name="work">What to merge.</param>
    /// <param name="tables">The tables of the plan, open.</param>
    /// <param name="erasures">Erased users.</param>
    /// <param name="newer">
    /// Tables of the same type and version whose rows are all newer than those of the plan. Their rows count towards the last N,
    /// so old rows are dropped even when the newer ones are in other tables. May be empty.
    /// </param>
    public MergeJob(
        MergeTarget target, CompactionWork work, ReadOnlySpan<Table> tables, ErasureSet erasures, NewerTables newer)
    {
        foreach (Table table in tables)
        {
            Debug.Assert(table.Meta.EventType == work.EventType, "Types never mix.");
            Debug.Assert(table.Defaults.Kind == RunKind.Events, "Patches are not merged into runs of events.");
        }

        _target = target;
        _work = work;
        _tables = tables.ToArray();
        _newer = newer;
        _erasures = erasures;
        ColumnType[] types = [.. target.Type.Columns.Select(column => column.Type)];
        _defaults = RunOf(tables);
        _read = new RowBuffer(types, _defaults.Stamp, _defaults.Parts, memory: _memory);
        _merged = new RowBuffer(types, _defaults.Stamp, _defaults.Parts, memory: _memory);
        _runEnds = new int[tables.Length];
    }

    /// <summary>The result of a plan whose tables are removed unread.</summary>
    public static MergeResult Drop(CompactionWork work, ReadOnlySpan<Table> tables)
    {
        long rows = 0;
        foreach (Table table in tables)
        {
            Debug.Assert(table.Meta.MaxTime < work.OldestKeptMs, "Every row of a dropped table has expired.");
            rows += table.Meta.Rows;
        }

        return new MergeResult([], work.Tables, new MergeStats { RowsIn = rows, Expired = rows });
    }

    /// <summary>Does the work. On return the output and its directory entry are synced.</summary>
    /// <param name="pace">Called about every 256 KiB with the input bytes passed since the last call; it may wait.</param>
    /// <param name="cancel">Ends the work early; the partial output is deleted.</param>
    /// <exception cref="OperationCanceledException">The work was cancelled.</exception>
    /// <exception cref="CorruptionException">An input is damaged.</exception>
    public MergeResult Run(Action<long>? pace = null, CancellationToken cancel = default)
    {
        using WindowTables output = new(_target, _defaults, Cut());
        MergeUsers(output, new JobPace(pace, cancel));
        List<TableMeta> added = output.Finish();
        if (added.Count > 0)
        {
            PublishNames(added);
        }

        return new MergeResult(added, _work.Tables, Stats(added));
    }

    /// <summary>Gives the memory back.</summary>
    public void Dispose() => _memory.Dispose();

    private void PublishNames(List<TableMeta> added)
    {
        try
        {
            _target.Folder.Sync();
        }
        catch
        {
            _target.Discard(added.Select(table => StoreFiles.Table(table.Number)));
            throw;
        }
    }

    // The run gets the stamp of its largest input, so that as few rows as possible need a stamp of their own. No row needs one
    // when all inputs have the same stamp.
    private static RowDefaults RunOf(ReadOnlySpan<Table> tables)
    {
        Table largest = tables[0];
        StampParts parts = StampParts.None;
        foreach (Table table in tables)
        {
            parts |= table.Defaults.Parts;
            parts |= table.Defaults.Stamp == tables[0].Defaults.Stamp ? StampParts.None : StampParts.Existence | StampParts.Cells;
            largest = table.Meta.Rows > largest.Meta.Rows ? table : largest;
        }

        return new RowDefaults(RunKind.Events, largest.Defaults.Stamp, parts);
    }

    // The directories say how many rows a user has, and the oldest and newest time of them. That is exact enough, and nothing is
    // read.
    private long[] Cut()
    {
        if (_work.Cuts is { } cuts)
        {
            return [.. cuts];
        }

        TimeSpan window = _target.Type.Window;
        WindowHistogram histogram = new(window);
        bool isOneWindow = TimeWindow.StartOf(_tables.Min(table => table.Meta.MinTime), window)
            == TimeWindow.StartOf(_tables.Max(table => table.Meta.MaxTime), window);
        if (isOneWindow || _tables.Sum(table => table.Meta.TotalLength) <= 2 * _target.WindowBytes)
        {
            return [];
        }

        foreach (Table table in _tables)
        {
            AddTo(histogram, table);
        }

        // Even if the estimate is wrong, a merge of small runs must leave fewer runs.
        int most = _work.Reason == CompactionReason.Small ? Math.Max(1, _tables.Length / 2) : WindowCut.MostTables;
        return WindowCut.FindCuts(histogram, window, _target.WindowBytes, Math.Min(most, WindowCut.MostTables));
    }

    private static void AddTo(WindowHistogram histogram, Table table)
    {
        int users = table.Meta.Users;
        int sampled = Math.Min(users, SampledUsers);
        double bytesPerRow = (double)table.Meta.TotalLength / table.Meta.Rows * users / sampled;
        for (long i = 0; i < sampled; i++)
        {
            _ = table.UserAt((int)(i * users / sampled), out UserRows rows);
            histogram.AddBetween(rows.OldestTime, rows.NewestTime, rows.Count * bytesPerRow, rows.Count);
        }
    }

    [MethodImpl(Compile.InFull)]
    private void MergeUsers(WindowTables output, JobPace pace)
    {
        var inputs = new MergeInputs(_tables);
        while (inputs.MoveNext())
        {
            MergeUser(inputs, output);
            pace.Pass(inputs.BytesPassed);
        }

        pace.End();
    }

    [MethodImpl(Compile.InFull)]
    private void MergeUser(MergeInputs inputs, WindowTables output)
    {
        UserId user = inputs.User;
        long cutoff = _erasures.CutoffOf(user);
        int keep = _newer.Wanted(_target.Type, user);
        _read.Clear();
        int runs = 0;
        for (int i = 0; i < inputs.HolderCount; i++)
        {
            if (ReadRun(inputs, i, cutoff, keep))
            {
                _runEnds[runs++] = _read.Count;
                _target.UserLimit.Require(_read, runs, LargestOf(inputs));
            }
        }

        if (runs == 0)
        {
            return;
        }

        RowBuffer rows = Merge(_runEnds.AsSpan(0, runs));
        int kept = CountKept(rows, cutoff, keep);
        if (kept > 0)
        {
            output.Add(user, rows, 0, kept);
            _rowsOut += kept;
        }
    }

    // Rows that cannot survive are counted without being read: the last N of all runs lie within the last N of each run. That
    // does not hold where rows were never inserted, because they do not count towards the N.
    [MethodImpl(Compile.InFull)]
    private bool ReadRun(MergeInputs inputs, int holder, long cutoff, int keep)
    {
        TableCursor run = inputs.Holder(holder);
        UserRows rows = run.Rows;
        if (rows.NewestTime <= cutoff)
        {
            _erased += rows.Count;
            return false;
        }

        if (rows.NewestTime < _work.OldestKeptMs)
        {
            _expired += rows.Count;
            return false;
        }

        bool everyRowCounts = (run.Traits & RowTraits.NeverInserted) == 0;
        int wanted = everyRowCounts || keep <= 0 ? Math.Clamp(keep, 0, rows.Count) : rows.Count;
        _trimmed += rows.Count - wanted;
        if (wanted == 0)
        {
            return false;
        }

        try
        {
            run.AppendTo(_read, wanted);
        }
        catch (BufferLimitException limit)
        {
            throw new UserLimitException(LargestOf(inputs), limit.Message, limit);
        }

        return true;
    }

    // This table is set aside: without it the other tables need not wait.
    private ulong LargestOf(MergeInputs inputs) => _tables[inputs.LargestInput()].Meta.Number;

    [MethodImpl(Compile.InFull)]
    private RowBuffer Merge(ReadOnlySpan<int> runEnds)
    {
        bool inOrder = true;
        foreach (int end in runEnds[..^1])
        {
            inOrder &= RowMerger.IsMerged(_read, end - 1, 2);
        }

        if (inOrder)
        {
            return _read;
        }

        _merged.Clear();
        _merger.Merge(_read, runEnds, _merged);
        return _merged;
    }

    // Rows are ordered by time, descending. So rows that are too old or erased are a suffix, and so are rows beyond the last N.
    [MethodImpl(Compile.InFull)]
    private int CountKept(RowBuffer rows, long cutoff, int keep)
    {
        ReadOnlySpan<long> times = rows.Times;
        int kept = CountInReach(rows, keep);
        _trimmed += times.Length - kept;
        int end = kept;
        while (end > 0 && times[end - 1] <= cutoff)
        {
            end--;
        }

        _erased += kept - end;
        kept = end;
        while (end > 0 && times[end - 1] < _work.OldestKeptMs)
        {
            end--;
        }

        _expired += kept - end;
        return end;
    }

    // Rows behind the last N inserted ones are out of reach, and stay so.
    [MethodImpl(Compile.InFull)]
    private static int CountInReach(RowBuffer rows, int keep)
    {
        if (!rows.Stamps.HasExistence || keep >= rows.Count)
        {
            return Math.Min(keep, rows.Count);
        }

        ReadOnlySpan<ulong> inserted = rows.Stamps.Inserted;
        int reach = 0;
        for (int counted = 0; reach < inserted.Length && counted < keep; reach++)
        {
            counted += inserted[reach] > 0 ? 1 : 0;
        }

        return reach;
    }

    private MergeStats Stats(List<TableMeta> added)
    {
        var stats = new MergeStats
        {
            RowsIn = _tables.Sum(table => table.Meta.Rows),
            RowsOut = _rowsOut,
            Duplicates = _merger.Duplicates,
            Trimmed = _trimmed,
            Expired = _expired,
            Erased = _erased,
            BytesRead = _tables.Sum(table => table.Meta.TotalLength),
            BytesWritten = added.Sum(table => table.FileLength),
        };
        Debug.Assert(
            stats.RowsIn == stats.RowsOut + stats.Duplicates + stats.Trimmed + stats.Expired + stats.Erased,
            "Every input row is accounted for.");
        return stats;
    }
}
