using Signals.Core.Schema;
using Signals.Storage.Compaction;
using Signals.Storage.FileSystem;
using Signals.Storage.Tables;
using Signals.Storage.Versions;

namespace Signals.Storage.Engine;

/// <summary>Carries out what the picker chooses: drops expired tables, merges runs, commits the result.</summary>
/// <remarks>
/// Thread contract: any thread; one compaction at a time. A merge that closing interrupts, or that fails, leaves the
/// version as it was and no file behind.
/// </remarks>
internal sealed class Compactor : IDisposable
{
    private readonly IFileSystem _files;
    private readonly string _directory;
    private readonly StoreSchema _schema;
    private readonly FileNumbers _numbers;
    private readonly EngineOptions _options;
    private readonly ErasureSet _erasures;
    private readonly ViewState _view;
    private readonly VersionCommitter _committer;
    private readonly TimeProvider _time;
    private readonly CancellationTokenSource _stopping = new();
    private readonly Lock _gate = new();
    private readonly ErasureScan _erasureScan; // guarded by _gate
    private CompactionTotals _totals; // guarded by _totalsGate
    private readonly Lock _totalsGate = new();

    public Compactor(
        IFileSystem files,
        string directory,
        StoreSchema schema,
        FileNumbers numbers,
        EngineOptions options,
        ErasureSet erasures,
        ViewState view,
        VersionCommitter committer,
        TimeProvider time)
    {
        _files = files;
        _directory = directory;
        _schema = schema;
        _numbers = numbers;
        _options = options;
        _erasures = erasures;
        _view = view;
        _committer = committer;
        _time = time;
        _erasureScan = new ErasureScan(erasures);
        Pacer = new CompactionPacer(options.CompactionBytesPerSecond, time);
    }

    public CompactionPacer Pacer { get; }

    public CompactionTotals Totals
    {
        get
        {
            lock (_totalsGate)
            {
                return _totals;
            }
        }
    }

    /// <summary>Does one piece of work; false when there is none, or when the store is closing.</summary>
    /// <param name="full">Whether one run per window is wanted; such work is not paced.</param>
    /// <param name="nowMs">
    /// The moment that ages are taken at; the clock's by default. Whoever calls until nothing is left must keep it fixed: events
    /// that expire meanwhile would be work without end.
    /// </param>
    public bool RunOnce(bool full, long? nowMs = null)
    {
        lock (_gate)
        {
            if (_stopping.IsCancellationRequested)
            {
                return false;
            }

            TableVersion version = _view.Current.Tables;
            long[] oldestKept = Retention.OldestKept(_schema, nowMs ?? _time.GetUtcNow().ToUnixTimeMilliseconds());
            CompactionRun[] runs = [.. version.Tables.Select(table => CompactionRun.Of(table.Meta, _erasureScan.Count(table), isBusy: false))];
            if (CompactionPicker.Pick(runs, _options.Compaction, oldestKept, full) is not CompactionPlan plan)
            {
                return false;
            }

            try
            {
                CommitLocked(plan, ExecuteLocked(plan, version, full));
                return true;
            }
            catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
            {
                return false;
            }
        }
    }

    /// <summary>Ends the merge under way, if any, and refuses others.</summary>
    public void Stop() => _stopping.Cancel();

    /// <summary>Stops, and waits for the merge under way.</summary>
    public void Dispose()
    {
        Stop();
        lock (_gate)
        {
            _stopping.Dispose();
        }
    }

    private MergeResult ExecuteLocked(CompactionPlan plan, TableVersion version, bool full)
    {
        Table[] tables = [.. plan.Tables.Select(number => Find(version, number))];
        if (plan.IsDrop)
        {
            return MergeJob.Drop(plan, tables);
        }

        MergeTarget target = new(_files, _directory, _numbers.Next(), _schema.EventTypes[plan.EventType], _options.Tables);
        MergeJob job = new(target, plan, tables, _erasures, NewerWindows(version, plan));
        Action<long>? pace = full || !_options.Background ? null : bytes => Pacer.Pass(bytes, _stopping.Token);
        return job.Run(pace, _stopping.Token);
    }

    private void CommitLocked(CompactionPlan plan, MergeResult result)
    {
        VersionEdit edit = new();
        result.AddTo(edit);
        _committer.Commit(edit, (current, version) => current.WithTables(version));
        foreach (ulong number in plan.Tables)
        {
            _erasureScan.Forget(number);
        }

        lock (_totalsGate)
        {
            _totals = plan.IsDrop
                ? _totals with { WindowsExpired = _totals.WindowsExpired + plan.Tables.Count, Dropped = _totals.Dropped + result.Stats.Expired }
                : _totals.Plus(result.Stats);
        }
    }

    /// <summary>Windows are ordered newest first, so those before the plan's own are the newer ones.</summary>
    private static ReadOnlySpan<TableWindow> NewerWindows(TableVersion version, CompactionPlan plan)
    {
        ReadOnlySpan<TableWindow> windows = version.WindowsOf(plan.EventType);
        int newer = 0;
        while (newer < windows.Length && windows[newer].Start > plan.WindowStart)
        {
            newer++;
        }

        return windows[..newer];
    }

    private static Table Find(TableVersion version, ulong number) =>
        version.TryGet(number, out Table table)
            ? table
            : throw new InvalidOperationException($"The plan names table {number}, which is not in the version.");
}
