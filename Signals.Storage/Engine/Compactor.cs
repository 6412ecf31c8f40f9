using System.Diagnostics;
using System.Runtime.ExceptionServices;
using Signals.Core.Model;
using Signals.Core.Schema;
using Signals.Storage.Compaction;
using Signals.Storage.FileSystem;
using Signals.Storage.Primitives;
using Signals.Storage.Tables;
using Signals.Storage.Telemetry;
using Signals.Storage.Versions;

namespace Signals.Storage.Engine;

/// <summary>Carries out what the picker chooses: drops expired tables, merges runs, commits the result.</summary>
/// <remarks>
/// Thread contract: any thread; one compaction at a time. A merge that closing interrupts, or that fails, leaves the
/// version as it was and no file behind. Tables that are damaged, or hold more of one user than a merge takes, are set aside and everything else goes on;
/// any other error is thrown, and the next time other tables come first.
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
    private readonly StoreTelemetry _telemetry;
    private readonly TimeProvider _time;
    private readonly CancellationTokenSource _stopping = new();
    private readonly Lock _gate = new();
    private readonly PatchFolder _folder; // guarded by _gate, but for its report
    private readonly RunCatalog _catalog; // guarded by _gate
    private CompactionRequest? _request; // guarded by _gate
    private readonly Lock _requestGate = new(); // taken before _gate; one request at a time
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
        ReadEpochs epochs,
        TableSet tables,
        VersionCommitter committer,
        StoreTelemetry telemetry,
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
        _telemetry = telemetry;
        _time = time;
        _folder = new PatchFolder(files, directory, schema, numbers, options, erasures, view, epochs, tables, committer);
        _catalog = new RunCatalog(schema, options.Compaction, erasures, _folder);
        Pacer = new CompactionPacer(options.CompactionBytesPerSecond, time);
    }

    /// <summary>Tables that merges leave alone.</summary>
    public int AsideCount => _catalog.AsideCount;

    public CompactionPacer Pacer { get; }

    /// <summary>Patches without their event.</summary>
    public PatchFolder Folder => _folder;

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

    /// <summary>Does one piece of work that is worth it; false when there is none, or when the store is closing.</summary>
    public bool RunOnce() => RunOnce(null);

    /// <summary>
    /// Makes of the tables of now some of which no two meet in a window, without anything expired at <paramref name="nowMs"/>, erased before the call
    /// or out of reach of last-N, with every patch folded whose event is there, and without column files. Unpaced. Ends early when the store is closing.
    /// </summary>
    /// <returns>Whether all of it was done, but for tables with more of one user than a merge takes; false when it ended early.</returns>
    /// <exception cref="CorruptionException">A table is damaged; everything else was done.</exception>
    public bool RunAll(long nowMs)
    {
        lock (_requestGate)
        {
            CompactionRequest request = Begin(nowMs);
            try
            {
                while (RunOnce(request))
                {
                }

                RequireWhole(request);

                // Asked last: whatever ended early did so because of it.
                return !_stopping.IsCancellationRequested;
            }
            finally
            {
                End();
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

    // Under the lock, so that no merge in flight replaces a table of the request.
    private CompactionRequest Begin(long nowMs)
    {
        lock (_gate)
        {
            TableVersion version = _view.Current.Tables;
            while (!TryBeginLocked(version))
            {
            }

            return _request = new CompactionRequest(version.Tables.Select(table => table.Meta.Number), nowMs);
        }
    }

    private bool TryBeginLocked(TableVersion version)
    {
        try
        {
            _catalog.Begin(version);
            return true;
        }
        catch (CorruptionException error) when (!_committer.HasFailed)
        {
            if (TrySetAsideLocked(null, version, error))
            {
                return false; // without the damaged one
            }

            throw;
        }
    }

    private bool TrySetAsideLocked(CompactionPlan? plan, TableVersion version, Exception error)
    {
        IReadOnlyList<ulong> aside = _catalog.SetAside(plan, version, error);
        if (aside.Count > 0)
        {
            _telemetry.TablesSetAside(aside, error);
        }

        return aside.Count > 0;
    }

    private void RequireWhole(CompactionRequest request)
    {
        lock (_gate)
        {
            if (_catalog.LeftBehind(request) is { } reason)
            {
                ExceptionDispatchInfo.Throw(reason);
            }
        }
    }

    private void End()
    {
        lock (_gate)
        {
            _request = null;
            _catalog.End();
        }
    }

    private bool RunOnce(CompactionRequest? request)
    {
        lock (_gate)
        {
            if (_stopping.IsCancellationRequested)
            {
                return false;
            }

            try
            {
                return RunOnceLocked(request);
            }
            catch (HandlesExhaustedException error) when (request is null)
            {
                // A merge reads, and reads do not wait: it begins anew when the compaction thread wakes next.
                _telemetry.HandleShortageBegan(error.File);
                _telemetry.HandleShortageEnded(TimeSpan.Zero);
                return false;
            }
        }
    }

    private bool RunOnceLocked(CompactionRequest? request)
    {
        TableVersion version = _view.Current.Tables;
        CompactionPlan? plan = null;
        try
        {
            plan = _catalog.Pick(version, _request, request, Retention.OldestKept(_schema, NowMs(request)), NowMs(request));
            return plan is not null && DoLocked(plan, version, request);
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
            return false;
        }
        catch (Exception error) when (!_committer.HasFailed)
        {
            if (TrySetAsideLocked(plan, version, error))
            {
                return true;
            }

            // The others first: one bad file, or one merge that the disk has no room for, must not keep them from it.
            if (request is null)
            {
                _catalog.Postpone(plan, error);
            }

            throw;
        }
    }

    private bool DoLocked(CompactionPlan plan, TableVersion version, CompactionRequest? request)
    {
        _committer.RequireWritable();
        using Activity? activity = _telemetry.Start(TelemetryNames.CompactionActivity);
        long started = _telemetry.Now();
        MergeStats stats = ExecuteWithinLimitLocked(ref plan, version, request);
        Report(plan, stats, activity, _telemetry.Since(started));
        return true;
    }

    // With fewer tables one user's rows may fit; of two that do not fit together, the larger is set aside.
    private MergeStats ExecuteWithinLimitLocked(ref CompactionPlan plan, TableVersion version, CompactionRequest? request)
    {
        while (true)
        {
            try
            {
                return ExecuteLocked(plan, version, request);
            }
            catch (UserLimitException) when (plan.Tables.Count > 2)
            {
                // A part of a full compaction settles no table. It ends as each part leaves fewer of them: a merge of small ones leaves half at most.
                plan = plan with
                {
                    Tables = [.. plan.Tables.OrderBy(number => Find(version, number).Meta.TotalLength).Take((plan.Tables.Count + 1) / 2).Order()],
                    Reason = plan.Reason == CompactionReason.Full ? CompactionReason.Small : plan.Reason,
                };
            }
        }
    }

    private MergeStats ExecuteLocked(CompactionPlan plan, TableVersion version, CompactionRequest? request)
    {
        Action<long>? pace = request is null && _options.Background ? bytes => Pacer.Pass(bytes, _stopping.Token) : null;
        if (plan.IsFold)
        {
            FoldResult folded = _folder.Fold(plan, version, _catalog.Newer(version, plan), NowMs(request), always: request is not null, pace, _stopping.Token);
            request?.Replace(folded);
            lock (_totalsGate)
            {
                _totals = _totals.Plus(folded.Stats);
            }

            return folded.Stats.AsMerge;
        }

        MergeResult result = MergeLocked(plan, version, pace);
        CommitLocked(plan, result);
        request?.Replace(plan, result);
        return result.Stats;
    }

    private long NowMs(CompactionRequest? request) => (request?.NowMs ?? _time.GetUtcNow().ToUnixTimeMilliseconds()) - (long)_options.ReclaimDelay.TotalMilliseconds;

    private MergeResult MergeLocked(CompactionPlan plan, TableVersion version, Action<long>? pace)
    {
        Table[] tables = [.. plan.Tables.Select(number => Find(version, number))];
        if (plan.IsDrop)
        {
            return MergeJob.Drop(plan, tables);
        }

        MergeTarget target = new(
            _files, _directory, _numbers.Next, _schema.EventTypes[plan.EventType], _options.Tables, _options.Compaction.WindowBytes)
        {
            UserLimit = _options.Compaction.UserLimit,
            Discard = _committer.Discard,
        };
        MergeJob job = new(target, plan, tables, _erasures, _catalog.Newer(version, plan));
        return job.Run(pace, _stopping.Token);
    }

    private void CommitLocked(CompactionPlan plan, MergeResult result)
    {
        VersionEdit edit = new();
        result.AddTo(edit);
        _committer.Commit(edit, (current, version) => current.WithTables(version));
        _folder.NoteMerge(result);
        lock (_totalsGate)
        {
            _totals = plan.IsDrop
                ? _totals with { TablesExpired = _totals.TablesExpired + plan.Tables.Count, Dropped = _totals.Dropped + result.Stats.Expired }
                : _totals.Plus(result.Stats);
        }
    }

    private void Report(CompactionPlan plan, MergeStats stats, Activity? activity, TimeSpan duration)
    {
        CompactionReport report = new(
            _schema.EventTypes[plan.EventType].Name,
            plan.IsDrop,
            plan.Tables.Count,
            stats.BytesRead,
            stats.BytesWritten,
            stats.Trimmed + stats.Expired + stats.Erased,
            duration);
        activity?.SetTag(TelemetryNames.EventTypeTag, report.EventType).SetTag("signals.tables", report.Tables)
            .SetTag("signals.bytes_read", report.BytesRead).SetTag("signals.bytes_written", report.BytesWritten);
        _telemetry.Compacted(report);
    }

    private static Table Find(TableVersion version, ulong number) =>
        version.TryGet(number, out Table table)
            ? table
            : throw new InvalidOperationException($"The plan names table {number}, which is not in the version.");
}
