using System.Diagnostics;
using Signals.Maintenance;
using Signals.Storage.Primitives;
using Signals.Storage.Telemetry;

namespace Signals.Storage.Engine.Context;

/// <summary>
/// Work on tables that is tried again when it fails: flushes, compactions, deletions. An error at the log, the manifest or the list
/// of kept versions stops the store where it happens, by <see cref="FailStop.Stop"/>. Any other error changed nothing that the
/// store consists of, so it is reported and the work is tried again, after pauses that double.
/// </summary>
/// <remarks>
/// Thread contract: any thread. Invariant: an error either fails the store or is counted here, and <see cref="Error"/> stays until
/// the work has succeeded. Lifetime: that of the engine.
/// </remarks>
/// <param name="name">What reports call the work.</param>
/// <param name="step">Does one piece of the work; false when there is none.</param>
/// <param name="failStop">Whether the store has failed.</param>
/// <param name="telemetry">Gets the reports.</param>
internal sealed class RetriedWork(string name, Func<bool> step, FailStop failStop, StoreTelemetry telemetry)
{
    public const string Flush = "flush";
    public const string Compaction = "compaction";
    public const string Deletion = "deletion";

    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan ClosingPause = TimeSpan.FromMilliseconds(10);

    private readonly Lock _lock = new();
    private long _failures; // guarded by _lock
    private int _inARow; // guarded by _lock
    private Exception? _error; // guarded by _lock
    private volatile Func<bool>? _isAwaited;

    /// <summary>How often it failed.</summary>
    public long Failures
    {
        get
        {
            lock (_lock)
            {
                return _failures;
            }
        }
    }

    /// <summary>Why it failed last; null when it has succeeded since, or never failed.</summary>
    public Exception? Error
    {
        get
        {
            lock (_lock)
            {
                return _error;
            }
        }
    }

    /// <summary>How long to wait before the work is tried again; zero when it did not fail.</summary>
    public TimeSpan Pause
    {
        get
        {
            lock (_lock)
            {
                return PauseLocked();
            }
        }
    }

    /// <summary>Does all the work that there is, on the thread that owns it. Returns how long to wait before it is tried again.</summary>
    public TimeSpan RunAll()
    {
        while (TryStep())
        {
        }

        return Pause;
    }

    /// <summary>Does one piece of the work; false when there is none, or when it failed. An error is reported, not thrown.</summary>
    public bool TryStep()
    {
        try
        {
            return StepOnce();
        }
        catch (Exception error) when (IsRetried(error))
        {
            ReportFailure(error);
            return false;
        }
    }

    /// <summary>Does some of this work for a caller, who gets the error.</summary>
    /// <exception cref="StoreWorkFailedException">The work failed, and the store goes on.</exception>
    public void Do(Action work)
    {
        try
        {
            work();
        }
        catch (Exception error) when (IsRetried(error) && error is not HandlesExhaustedException)
        {
            ReportFailure(error);
            throw new StoreWorkFailedException(name, error);
        }
    }

    /// <summary>Does all the work that there is for a caller, who gets the error.</summary>
    /// <exception cref="StoreWorkFailedException">The work failed, and the store goes on.</exception>
    public void DoAll() => Do(() =>
    {
        while (StepOnce())
        {
        }
    });

    /// <summary>
    /// Tells that the store closes. While something waits for this work, its next error fails the store: the work would not be
    /// tried again, and closing would not end.
    /// </summary>
    public void Close(Func<bool> isAwaited) => _isAwaited = isAwaited;

    private bool StepOnce()
    {
        if (step())
        {
            return true;
        }

        ReportSuccess();
        return false;
    }

    private bool IsRetried(Exception error) => failStop.Error is null && error is not (ObjectDisposedException or StorePoisonedException);

    private TimeSpan PauseLocked()
    {
        if (_inARow == 0)
        {
            return TimeSpan.Zero;
        }

        TimeSpan pause = FirstPause * Math.Pow(2, Math.Min(_inARow - 1, 16));
        pause = pause < LongestPause ? pause : LongestPause;
        return _isAwaited is null ? pause : ClosingPause;
    }

    private void ReportFailure(Exception error)
    {
        WorkFailureReport report;
        lock (_lock)
        {
            _failures++;
            _inARow++;
            _error = error;
            report = new WorkFailureReport(name, error, _inARow, PauseLocked());
            AssertInvariantsLocked();
        }

        telemetry.WorkFailed(report);
        if (_isAwaited?.Invoke() == true)
        {
            failStop.Fail(error);
        }
    }

    private void ReportSuccess()
    {
        lock (_lock)
        {
            if (_error is null)
            {
                return;
            }

            _error = null;
            _inARow = 0;
            AssertInvariantsLocked();
        }

        telemetry.WorkResumed(name);
    }

    [Conditional("DEBUG")]
    private void AssertInvariantsLocked()
    {
        Debug.Assert(_lock.IsHeldByCurrentThread, "The lock is not held.");
        Debug.Assert(_error is null == (_inARow == 0), "An error is known although the work succeeded, or it failed without one.");
        Debug.Assert(_inARow <= _failures, "There are more failures in a row than failures.");
        Debug.Assert(PauseLocked() <= LongestPause, "The work is not tried again in time.");
    }
}
