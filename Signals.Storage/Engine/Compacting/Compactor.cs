using System.Diagnostics;
using System.Runtime.ExceptionServices;
using Signals.Maintenance;
using Signals.Storage.Compaction;
using Signals.Storage.Engine.Context;
using Signals.Storage.Engine.Views;
using Signals.Storage.Tables;
using Signals.Storage.Telemetry;
using Signals.Storage.Versions;

namespace Signals.Storage.Engine.Compacting;

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
    private readonly Lock _lock = new();
    private readonly PatchFolding _patches; // guarded by _lock, but for its report
    private readonly RunTracker _catalog; // guarded by _lock
    private CompactionRequest? _request; // guarded by _lock
    private readonly Lock _requestGate = new(); // taken before _lock; one request at a time
    private CompactionTotals _totals; // guarded by _totalsGate
    private readonly Lock _totalsGate = new();

    public Compactor(
        StoreContext context, TableFactory tables, ErasureSet erasures, ViewState view, VersionCommitter committer, PatchFolding patches)
    {
        _context = context;
        _tables = tables;
        _erasures = erasures;
        _view = view;
        _committer = committer;
        _patches = patches;
        _catalog = new RunTracker(context.Schema, context.Options.Compaction, context.Options.Tables.Limits, erasures, patches);
        Pacer = new CompactionPacer(context.Options.CompactionBytesPerSecond, context.Time);
    }

    /// <summary>How many tables are set aside.</summary>
    public int AsideCount => _catalog.AsideCount;

    public CompactionPacer Pacer { get; }

    /// <summary>Folds patches, and counts those without their event.</summary>
    public PatchFolding Folder => _patches;

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
    /// expired by <paramref name="limits"/>, that was erased before the call, or that last-N puts out of reach. Every patch whose event is
    /// there is folded. No column file is left but one beside a table whose cells it only adds to. The work is not paced; it ends early
    /// when the store is closing.
    /// </summary>
    /// <returns>False when it ended early. Tables with more of one user than a merge takes are passed over.</returns>
    /// <exception cref="CorruptionException">A table is damaged; the others were compacted.</exception>
    public bool RunAll(DiskLimits limits)
    {
        // The background may be at work on what the caller waits for.
        Pacer.CallerWaits();
        try
        {
            lock (_requestGate)
            {
                return RunRequest(limits.Before(_context.Options.ReclaimDelay));
            }
        }
        finally
        {
            Pacer.CallerLeaves();
        }
    }

    /// <summary>Ends the merge under way, if there is one, and refuses others.</summary>
    public void Stop() => _stopping.Cancel();

    /// <summary>Stops, and waits for the merge under way.</summary>
    public void Dispose()
    {
        Stop();
        lock (_lock)
        {
            _stopping.Dispose();
        }
    }

    private bool RunRequest(DiskLimits limits)
    {
        if (Begin(limits) is not CompactionRequest request)
        {
            return false;
        }

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

    // Under the lock, so that no merge under way replaces a table of the request. Null when the store is closing: once this is disposed,
    // the tables may be closed, and their directories are no memory any more.
    private CompactionRequest? Begin(DiskLimits limits)
    {
        lock (_lock)
        {
            if (_stopping.IsCancellationRequested)
            {
                return null;
            }

            TableVersion version = _view.Current.Tables;
            while (!TryBeginLocked(version))
            {
            }

            _request = new CompactionRequest(version.Tables.Select(table => table.Meta.Number), limits);
            AssertInvariantsLocked();
            return _request;
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

    private bool TrySetAsideLocked(CompactionWork? work, TableVersion version, Exception error)
    {
        IReadOnlyList<ulong> aside = _catalog.SetAside(work, version, error);
        if (aside.Count > 0)
        {
            _context.Telemetry.TablesSetAside(aside, error);
        }

        return aside.Count > 0;
    }

    private void RequireWhole(CompactionRequest request)
    {
        lock (_lock)
        {
            if (_catalog.LeftBehind(request) is { } reason)
            {
                ExceptionDispatchInfo.Throw(reason);
            }
        }
    }

    private void End()
    {
        lock (_lock)
        {
            _request = null;
            _catalog.End();
            AssertInvariantsLocked();
        }
    }

    [Conditional("DEBUG")]
    private void AssertInvariantsLocked()
    {
        Debug.Assert(_lock.IsHeldByCurrentThread, "The lock is not held.");
        Debug.Assert(_catalog.HasRequest == _request is not null, "The tables of a request are kept apart without one, or not for it.");
    }

    private bool RunOnce(CompactionRequest? request)
    {
        lock (_lock)
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
        AssertInvariantsLocked();
        Debug.Assert(request is null || ReferenceEquals(request, _request), "The work of a request is asked for that does not run.");
        TableVersion version = _view.Current.Tables;
        CompactionWork? work = null;
        try
        {
            DiskLimits limits = request?.Limits ?? _tables.Retention.Now().Before(_context.Options.ReclaimDelay);
            work = _catalog.Pick(version, _request, request, limits);
            if (work is null && request is null && !_committer.HasFailed)
            {
                _committer.CommitRetention();
            }

            return work is not null && DoLocked(work, version, request, limits);
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
            return false;
        }
        catch (Exception error) when (!_committer.HasFailed)
        {
            if (TrySetAsideLocked(work, version, error))
            {
                return true;
            }

            // Other plans come first: one bad file, or one merge that the disk has no room for, must not hold them up.
            if (request is null)
            {
                _catalog.Postpone(work, error);
            }

            throw;
        }
    }

    private bool DoLocked(CompactionWork work, TableVersion version, CompactionRequest? request, DiskLimits limits)
    {
        _committer.RequireWritable();
        using Activity? activity = _context.Telemetry.Start(TelemetryNames.CompactionActivity);
        long started = _context.Telemetry.Now();
        MergeStats stats = ExecuteWithinLimitLocked(ref work, version, request, limits);
        Report(work, stats, activity, _context.Telemetry.Since(started));
        return true;
    }

    // With fewer tables one user's rows may fit. Of two tables that do not fit together, the larger is set aside.
    private MergeStats ExecuteWithinLimitLocked(
        ref CompactionWork work, TableVersion version, CompactionRequest? request, DiskLimits limits)
    {
        while (true)
        {
            try
            {
                return ExecuteLocked(work, version, request, limits);
            }
            catch (UserLimitException) when (work.Tables.Count > 2)
            {
                // A part of a full compaction settles no table. It ends as each part leaves fewer of them: a merge of
                // small ones leaves half at most.
                work = work with
                {
                    Tables =
                    [
                        .. work.Tables.OrderBy(number => version[number].Meta.TotalLength).Take((work.Tables.Count + 1) / 2).Order(),
                    ],
                    Reason = work.Reason == CompactionReason.Full ? CompactionReason.Small : work.Reason,
                };
            }
        }
    }

    private MergeStats ExecuteLocked(CompactionWork work, TableVersion version, CompactionRequest? request, DiskLimits limits)
    {
        Action<long>? pace = request is null && _context.Options.Background ? bytes => Pacer.Pass(bytes, _stopping.Token) : null;
        if (work.IsFold)
        {
            FoldResult folded = _patches.Fold(
                work, version, _catalog.Newer(version, work), limits, always: request is not null, pace, _stopping.Token);
            request?.Replace(folded);
            lock (_totalsGate)
            {
                _totals = _totals.Plus(folded.Stats);
            }

            return folded.Stats.AsMerge;
        }

        MergeResult result = MergeLocked(work, version, limits, pace);
        CommitLocked(work, result);
        request?.Replace(work, result);
        return result.Stats;
    }

    private MergeResult MergeLocked(CompactionWork work, TableVersion version, DiskLimits limits, Action<long>? pace)
    {
        Table[] tables = [.. work.Tables.Select(number => version[number])];
        if (work.IsDrop)
        {
            return MergeJob.Drop(work, tables);
        }

        using MergeJob job = new(_tables.TargetOf(limits[work.EventType]), work, tables, _erasures, _catalog.Newer(version, work));
        return job.Run(pace, _stopping.Token);
    }

    private void CommitLocked(CompactionWork work, MergeResult result)
    {
        VersionEdit edit = new();
        result.AddTo(edit);
        _committer.Commit(edit, (current, version) => current.WithTables(version));
        _patches.RememberMerge(result);
        lock (_totalsGate)
        {
            _totals = work.IsDrop
                ? _totals with
                {
                    TablesExpired = _totals.TablesExpired + work.Tables.Count,
                    Dropped = _totals.Dropped + result.Stats.Expired,
                }
                : _totals.Plus(result.Stats);
        }
    }

    private void Report(CompactionWork work, MergeStats stats, Activity? activity, TimeSpan duration)
    {
        CompactionReport report = new(
            _context.Schema.EventTypes[work.EventType].Name,
            work.IsDrop,
            work.Tables.Count,
            stats.BytesRead,
            stats.BytesWritten,
            stats.Trimmed + stats.Expired + stats.Erased,
            duration)
        {
            FollowsShorterRetention = _tables.Retention.CameIntoForce(work.EventType),
        };
        activity?.SetTag(TelemetryNames.EventTypeTag, report.EventType).SetTag("signals.tables", report.Tables)
            .SetTag("signals.bytes_read", report.BytesRead).SetTag("signals.bytes_written", report.BytesWritten);
        _context.Telemetry.Compacted(report);
    }
}
