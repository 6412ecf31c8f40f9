using System.Diagnostics;
using System.Runtime.ExceptionServices;
using Signals.Core.Model;
using Signals.Storage.Compaction;
using Signals.Storage.Tables;
using Signals.Storage.Telemetry;
using Signals.Storage.Versions;

namespace Signals.Storage.Engine;

/// <summary>Carries out the plans of the picker: drops expired tables, merges runs, commits the result.</summary>
/// <remarks>
/// Thread contract: any thread; one compaction at a time. A merge that fails, or that closing interrupts, leaves the version as it was
/// and no file behind. A table that is damaged, or that holds more of one user than a merge takes, is set aside, and compaction goes on
/// with the others. Any other error is thrown, and the next compaction begins with other tables. Lifetime: that of the store.
/// </remarks>
internal sealed class Compactor : IDisposable
{
    private readonly StoreContext _context;
    private readonly TableFactory _tables;
    private readonly ErasureSet _erasures;
    private readonly ViewState _view;
    private readonly VersionCommitter _committer;
    private readonly CancellationTokenSource _stopping = new();
    private readonly Lock _gate = new();
    private readonly PatchFolder _patches; // guarded by _gate, but for its report
    private readonly RunCatalog _catalog; // guarded by _gate
    private CompactionRequest? _request; // guarded by _gate
    private readonly Lock _requestGate = new(); // taken before _gate; one request at a time
    private CompactionTotals _totals; // guarded by _totalsGate
    private readonly Lock _totalsGate = new();

    public Compactor(
        StoreContext context, TableFactory tables, ErasureSet erasures, ViewState view, VersionCommitter committer, PatchFolder patches)
    {
        _context = context;
        _tables = tables;
        _erasures = erasures;
        _view = view;
        _committer = committer;
        _patches = patches;
        _catalog = new RunCatalog(context.Schema, context.Options.Compaction, context.Options.Tables.Limits, erasures, patches);
        Pacer = new CompactionPacer(context.Options.CompactionBytesPerSecond, context.Time);
    }

    /// <summary>How many tables are set aside.</summary>
    public int AsideCount => _catalog.AsideCount;

    public CompactionPacer Pacer { get; }

    /// <summary>Folds patches, and counts those without their event.</summary>
    public PatchFolder Folder => _patches;

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

    /// <summary>Does the next piece of work; false when there is none that is worth it, or when the store is closing.</summary>
    public bool RunOnce() => RunOnce(null);

    /// <summary>
    /// Compacts the tables of now as far as that is possible. Of the new tables no two meet in a window. They hold nothing that had
    /// expired at <paramref name="nowMs"/>, that was erased before the call, or that last-N puts out of reach. Every patch whose event is
    /// there is folded, and no column file is left. The work is not paced; it ends early when the store is closing.
    /// </summary>
    /// <returns>False when it ended early. Tables with more of one user than a merge takes are passed over.</returns>
    /// <exception cref="CorruptionException">A table is damaged; the others were compacted.</exception>
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

                // Read last: work that ended early did so because of this token.
                return !_stopping.IsCancellationRequested;
            }
            finally
            {
                End();
            }
        }
    }

    /// <summary>Ends the merge under way, if there is one, and refuses others.</summary>
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

    // Under the lock, so that no merge under way replaces a table of the request.
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
            _context.Telemetry.TablesSetAside(aside, error);
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
                // A merge reads tables, and such reads do not wait for handles: it begins anew when the compaction thread wakes next.
                _context.Telemetry.HandleShortageBegan(error.File);
                _context.Telemetry.HandleShortageEnded(TimeSpan.Zero);
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
            plan = _catalog.Pick(version, _request, request, Retention.OldestKept(_context.Schema, NowMs(request)), NowMs(request));
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

            // Other plans come first: one bad file, or one merge that the disk has no room for, must not hold them up.
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
        using Activity? activity = _context.Telemetry.Start(TelemetryNames.CompactionActivity);
        long started = _context.Telemetry.Now();
        MergeStats stats = ExecuteWithinLimitLocked(ref plan, version, request);
        Report(plan, stats, activity, _context.Telemetry.Since(started));
        return true;
    }

    // With fewer tables one user's rows may fit. Of two tables that do not fit together, the larger is set aside.
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
                    Tables =
                    [
                        .. plan.Tables.OrderBy(number => version[number].Meta.TotalLength).Take((plan.Tables.Count + 1) / 2).Order(),
                    ],
                    Reason = plan.Reason == CompactionReason.Full ? CompactionReason.Small : plan.Reason,
                };
            }
        }
    }

    private MergeStats ExecuteLocked(CompactionPlan plan, TableVersion version, CompactionRequest? request)
    {
        Action<long>? pace = request is null && _context.Options.Background ? bytes => Pacer.Pass(bytes, _stopping.Token) : null;
        if (plan.IsFold)
        {
            FoldResult folded = _patches.Fold(
                plan, version, _catalog.Newer(version, plan), NowMs(request), always: request is not null, pace, _stopping.Token);
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

    private long NowMs(CompactionRequest? request) =>
        (request?.NowMs ?? _context.NowMs) - (long)_context.Options.ReclaimDelay.TotalMilliseconds;

    private MergeResult MergeLocked(CompactionPlan plan, TableVersion version, Action<long>? pace)
    {
        Table[] tables = [.. plan.Tables.Select(number => version[number])];
        if (plan.IsDrop)
        {
            return MergeJob.Drop(plan, tables);
        }

        MergeJob job = new(_tables.TargetOf(plan.EventType), plan, tables, _erasures, _catalog.Newer(version, plan));
        return job.Run(pace, _stopping.Token);
    }

    private void CommitLocked(CompactionPlan plan, MergeResult result)
    {
        VersionEdit edit = new();
        result.AddTo(edit);
        _committer.Commit(edit, (current, version) => current.WithTables(version));
        _patches.NoteMerge(result);
        lock (_totalsGate)
        {
            _totals = plan.IsDrop
                ? _totals with
                {
                    TablesExpired = _totals.TablesExpired + plan.Tables.Count,
                    Dropped = _totals.Dropped + result.Stats.Expired,
                }
                : _totals.Plus(result.Stats);
        }
    }

    private void Report(CompactionPlan plan, MergeStats stats, Activity? activity, TimeSpan duration)
    {
        CompactionReport report = new(
            _context.Schema.EventTypes[plan.EventType].Name,
            plan.IsDrop,
            plan.Tables.Count,
            stats.BytesRead,
            stats.BytesWritten,
            stats.Trimmed + stats.Expired + stats.Erased,
            duration);
        activity?.SetTag(TelemetryNames.EventTypeTag, report.EventType).SetTag("signals.tables", report.Tables)
            .SetTag("signals.bytes_read", report.BytesRead).SetTag("signals.bytes_written", report.BytesWritten);
        _context.Telemetry.Compacted(report);
    }
}
