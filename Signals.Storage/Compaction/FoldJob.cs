using System.Diagnostics;
using System.Runtime.CompilerServices;
using Signals.Core.Columns;
using Signals.Core.Model;
using Signals.Storage.Tables;
using Signals.Storage.Versions;

namespace Signals.Storage.Compaction;

/// <summary>
/// Folds patch runs of one event type into the runs of events that they overlap in time. For each run whose events change, it
/// writes the changed blocks of the patched columns into a column file, and nothing else. Patches that met their event leave
/// their run. The others wait in it, or in a smaller run, until their grace period is over. Thread contract: one thread, used
/// once. All registers only rise, so it does not matter which patches are folded into which runs, in what order or how often.
/// Nothing is visible until the caller commits the result. A job that fails or is cancelled leaves no file behind. Patches are
/// read once, side by side with the runs; both are in the order of user and key. The job holds one block per run and column, and
/// one user's patches, or those of several users that have few.
/// </summary>
internal sealed class FoldJob
{
    /// <summary>
    /// The share of a patch run's rows that must be gone before the remaining rows are worth writing into a smaller run.
    /// </summary>
    private const double MinGoneShare = 0.25;

    private readonly FoldTarget _target;
    private readonly CompactionWork _work;
    private readonly FoldInput[] _patches;
    private readonly FoldWriter[] _writers;
    private readonly NewerTables _newer;
    private readonly ErasureSet _erasures;
    private readonly RowMerger _merger = new();
    private readonly RowBuffer _read;
    private readonly RowBuffer _merged;
    private readonly int[] _ends;
    private readonly List<string> _made = [];
    private readonly List<ulong> _numbers = []; // of files, finished or not
    private bool[] _met = [];
    private long _folded;
    private long _unreachable;

    /// <summary>Prepares the work of <paramref name="work"/>.</summary>
    /// <param name="target">Where the output is written.</param>
    /// <param name="work">What to fold.</param>
    /// <param name="patches">The patch runs of the plan.</param>
    /// <param name="runs">The runs of events to fold into, open; they overlap the patches in time.</param>
    /// <param name="erasures">Erased users.</param>
    /// <param name="newer">Tables of the same type and version whose rows are all newer than all patches. May be empty.</param>
    public FoldJob(
        FoldTarget target, CompactionWork work, FoldInput[] patches, ReadOnlySpan<Table> runs, ErasureSet erasures, NewerTables newer)
    {
        Debug.Assert(Array.TrueForAll(patches, input => input.Table.Defaults.Kind == RunKind.Patches), "Events are not folded.");
        _target = target with { NextNumber = () => MarkFoldedRows(target.NextNumber()) };
        _work = work;
        _patches = patches;
        _erasures = erasures;
        _newer = newer;
        ColumnType[] types = [.. target.Type.Columns.Select(column => column.Type)];
        _read = new RowBuffer(types, Stamp.Streamed, StampParts.Cells);
        _merged = new RowBuffer(types, Stamp.Streamed, StampParts.Cells);
        _ends = new int[patches.Length];
        ushort[] columns = [.. patches.SelectMany(input => input.Table.StoredColumns()).Distinct().Order()];
        _writers = [.. runs.ToArray().Select(run => new FoldWriter(_target, run, columns))];
    }

    /// <summary>How many rows of a lone patch run are read at once, at most, of users that follow each other.</summary>
    public int RowsAtOnce { get; init; } = 1024;

    /// <summary>Does the work. On return the output files and their directory entries are synced.</summary>
    /// <param name="mayArrive">
    /// Whether events of a user may be on their way to a table that the job does not see. It is asked only before an orphan is
    /// dropped.
    /// </param>
    /// <param name="always">
    /// Whether to write the remaining rows of a patch run into a new one even if only few rows are gone.
    /// </param>
    /// <param name="pace">Called about every 256 KiB with the bytes read since the last call; it may wait.</param>
    /// <param name="cancel">Ends the work early; the outputs are deleted.</param>
    /// <exception cref="OperationCanceledException">The work was cancelled.</exception>
    /// <exception cref="CorruptionException">An input is damaged.</exception>
    public FoldResult Run(
        Func<UserId, bool> mayArrive, bool always = false, Action<long>? pace = null, CancellationToken cancel = default)
    {
        try
        {
            FoldUsers(new JobPace(pace, cancel));
            List<TableMeta> runs = FinishRuns();
            List<FoldedPatches> patches = [.. _patches.Select(input => Leave(input, mayArrive, always, cancel))];
            if (_made.Count > 0)
            {
                _target.Folder.Sync();
            }

            return new FoldResult(runs, patches, Stats(patches));
        }
        catch
        {
            Array.ForEach(_writers, writer => writer.Dispose());
            Discard();
            throw;
        }
    }

    /// <summary>Deletes the outputs of a fold that failed, or whose result will not be committed.</summary>
    public void Discard() =>
        _target.Discard(_numbers.SelectMany(number => new[] { StoreFiles.ColumnFile(number), StoreFiles.Table(number) }));

    [MethodImpl(Compile.InFull)]
    private ulong MarkFoldedRows(ulong number)
    {
        _numbers.Add(number);
        return number;
    }

    [MethodImpl(Compile.InFull)]
    private void FoldUsers(JobPace pace)
    {
        if (_patches is [FoldInput lone])
        {
            FoldLoneRun(lone, pace);
            return;
        }

        var inputs = new MergeInputs([.. _patches.Select(input => input.Table)]);
        while (inputs.MoveNext())
        {
            FoldUser(inputs);
            pace.Pass(inputs.BytesPassed + BytesReadOfRuns());
        }

        pace.End();
    }

    // Nothing is merged with the rows of one run, so several users are read at once.
    [MethodImpl(Compile.InFull)]
    private void FoldLoneRun(FoldInput input, JobPace pace)
    {
        PatchBatches batches = new(input.Table, _target.Type, RowsAtOnce);
        while (batches.MoveNext(_read))
        {
            FoldUsers(input, batches);
            pace.Pass(batches.BytesPassed + BytesReadOfRuns());
        }

        pace.End();
    }

    [MethodImpl(Compile.InFull)]
    private void FoldUsers(FoldInput input, PatchBatches batch)
    {
        Span<bool> met = ClearMet(_read.Count);
        int start = 0;
        foreach ((UserId user, int rows) in batch.Users)
        {
            int count = CountFrom(_read.Times.Slice(start, rows), OldestReachable(user));
            foreach (FoldWriter writer in _writers)
            {
                writer.Fold(user, _read, start, count, met);
            }

            MarkFoldedRows(input, user, batch.FirstRow, start, count, rows, met);
            start += rows;
        }

        EndPatches();
    }

    // Classifies the rows of a user of the only run, as the other overload does.
    [MethodImpl(Compile.InFull)]
    private void MarkFoldedRows(FoldInput input, in UserId user, long first, int start, int count, int rows, ReadOnlySpan<bool> met)
    {
        if (count < rows)
        {
            input.HoldsUnreachable = true;
            _unreachable += input.Gone.Add(first + start + count, rows - count);
        }

        int end = start + count;
        for (int row = start; row < end;)
        {
            int same = met[row..end].IndexOf(!met[row]);
            same = same < 0 ? end - row : same;
            if (met[row])
            {
                _folded += input.Gone.Add(first + row, same);
            }
            else
            {
                NoteWaiting(input, user, first, row, same);
            }

            row += same;
        }
    }

    private void NoteWaiting(FoldInput input, in UserId user, long first, int start, int count)
    {
        for (int row = start; row < start + count && input.Waiting.Count < OrphanCount.SampleSize; row++)
        {
            if (!input.Gone.Contains(first + row))
            {
                input.Waiting.Add(new OrphanKey(user, _read.Times[row], _read.Ids[row]));
            }
        }
    }

    private void EndPatches()
    {
        foreach (FoldWriter writer in _writers)
        {
            writer.EndPatches();
        }
    }

    private Span<bool> ClearMet(int rows)
    {
        if (_met.Length < rows)
        {
            _met = new bool[Math.Max(rows, 2 * _met.Length)];
        }

        Span<bool> met = _met.AsSpan(0, rows);
        met.Clear();
        return met;
    }

    private long BytesReadOfRuns()
    {
        long bytes = 0;
        foreach (FoldWriter writer in _writers)
        {
            bytes += writer.BytesRead;
        }

        return bytes;
    }

    [MethodImpl(Compile.InFull)]
    private void FoldUser(MergeInputs inputs)
    {
        UserId user = inputs.User;
        _read.Clear();
        for (int i = 0; i < inputs.HolderCount; i++)
        {
            ReadRun(inputs, i);
            _ends[i] = _read.Count;
        }

        RowBuffer rows = _read;
        if (inputs.HolderCount > 1)
        {
            _merged.Clear();
            _merger.Merge(_read, _ends.AsSpan(0, inputs.HolderCount), _merged);
            rows = _merged;
        }

        long oldest = OldestReachable(user);
        int count = CountFrom(rows.Times, oldest);
        Span<bool> met = ClearMet(count);
        foreach (FoldWriter writer in _writers)
        {
            writer.Fold(user, rows, 0, count, met);
        }

        EndPatches();

        for (int i = 0; i < inputs.HolderCount; i++)
        {
            int start = i == 0 ? 0 : _ends[i - 1];
            MarkFoldedRows(_patches[inputs.HolderInput(i)], user, inputs.Holder(i).Rows.FirstRow, start, _ends[i], rows, met);
        }
    }

    [MethodImpl(Compile.InFull)]
    private void ReadRun(MergeInputs inputs, int holder)
    {
        ulong largest = _patches[inputs.LargestInput()].Table.Meta.Number;
        try
        {
            inputs.Holder(holder).AppendTo(_read);
        }
        catch (BufferLimitException limit)
        {
            throw new UserLimitException(largest, limit.Message, limit);
        }

        _target.UserLimit.Require(_read, holder + 1, largest);
    }

    // The oldest time at which an event of the user can still be read. long.MaxValue when no event can.
    private long OldestReachable(in UserId user)
    {
        if (_newer.Wanted(_target.Type, user) <= 0)
        {
            return long.MaxValue;
        }

        long cutoff = _erasures.CutoffOf(user);
        return cutoff == ErasureSet.NoCutoff ? _work.OldestKeptMs : Math.Max(_work.OldestKeptMs, cutoff + 1);
    }

    [MethodImpl(Compile.InFull)]
    private static int CountFrom(ReadOnlySpan<long> times, long oldest)
    {
        int count = times.Length;
        while (count > 0 && times[count - 1] < oldest)
        {
            count--;
        }

        return count;
    }

    // Classifies the rows of one run of the user, which are in the order of the merged rows. A row that met its event, or that no
    // read can reach, is gone.
    [MethodImpl(Compile.InFull)]
    private void MarkFoldedRows(
        FoldInput input, in UserId user, long firstRow, int start, int end, RowBuffer merged, ReadOnlySpan<bool> met)
    {
        int at = 0;
        for (int row = start; row < end; row++)
        {
            while (at < met.Length && (merged.Times[at] != _read.Times[row] || merged.Ids[at] != _read.Ids[row]))
            {
                at++;
            }

            long number = firstRow + row - start;
            if (at == met.Length)
            {
                input.HoldsUnreachable = true;
                _unreachable += input.Gone.Add(number) ? 1 : 0;
            }
            else if (met[at])
            {
                _folded += input.Gone.Add(number) ? 1 : 0;
            }
            else if (input.Waiting.Count < OrphanCount.SampleSize && !input.Gone.Contains(number))
            {
                input.Waiting.Add(new OrphanKey(user, _read.Times[row], _read.Ids[row]));
            }
        }
    }

    private List<TableMeta> FinishRuns()
    {
        List<TableMeta> changed = [];
        foreach (FoldWriter writer in _writers)
        {
            if (writer.Finish() is TableMeta meta)
            {
                _made.Add(StoreFiles.ColumnFile(meta.ColumnFiles[^1].Number));
                changed.Add(meta);
            }
        }

        return changed;
    }

    private FoldedPatches Leave(FoldInput input, Func<UserId, bool> mayArrive, bool always, CancellationToken cancel)
    {
        TableMeta meta = input.Table.Meta;
        bool isWorthIt = input.Left == 0 || input.IsGraceOver || input.HoldsUnreachable
            || input.Gone.Count >= (always ? 1 : MinGoneShare * meta.Rows);
        if (!isWorthIt)
        {
            OrphanCount held = new(meta.EventType, meta.Stamp, input.Left, input.Waiting);
            return new FoldedPatches(meta.Number, meta, held, held with { Count = 0, Sample = [] });
        }

        using OrphanWriter writer = new(_target, input, mayArrive);
        FoldedPatches left = writer.Run(cancel);
        if (left.After is TableMeta after)
        {
            _made.Add(StoreFiles.Table(after.Number));
        }

        return left;
    }

    private FoldStats Stats(List<FoldedPatches> patches) => new()
    {
        RowsIn = _patches.Sum(input => input.Table.Meta.Rows),
        Folded = _folded,
        Held = patches.Sum(left => left.Held.Count),
        OrphansDropped = patches.Sum(left => left.Dropped.Count),
        Unreachable = _unreachable,
        BytesRead = _patches.Sum(input => input.Table.Meta.FileLength) + BytesReadOfRuns(),
        ColumnBytesWritten = _writers.Sum(writer => writer.BytesWritten),
        OrphanBytesWritten = patches.Sum(left => left.After is { } after && after.Number != left.Patches ? after.FileLength : 0),
    };
}
