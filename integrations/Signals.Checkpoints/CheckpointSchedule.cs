using Signals.Checkpoints.Transfer;

namespace Signals.Checkpoints;

/// <summary>
/// Uploads checkpoints of a store at intervals, tries again after failures, and collects garbage. A failure never reaches the store and
/// never ends the schedule.
/// </summary>
/// <remarks>
/// Thread contract: <see cref="RunAsync"/> once at a time; <see cref="Health"/> from any thread. Lifetime: stop it before the store is
/// closed. Its meter is <c>Signals.Checkpoints</c>. An upload that finds another owner further is a success here, as old as that owner's
/// checkpoint. One that finds a diverged checkpoint is a failure.
/// </remarks>
public sealed class CheckpointSchedule : IDisposable
{
    private readonly SignalStore _store;
    private readonly CheckpointUploader _uploader;
    private readonly CheckpointCollector _collector;
    private readonly CheckpointScheduleOptions _options;
    private readonly TimeProvider _time;
    private readonly ScheduleInstruments _instruments;
    private readonly Lock _lock = new();
    private CheckpointHealth _health; // guarded by _lock

    /// <summary>Creates a schedule, which does nothing until <see cref="RunAsync"/>.</summary>
    /// <param name="store">The store.</param>
    /// <param name="target">Where its checkpoints go.</param>
    /// <param name="schedule">When; null for the defaults.</param>
    /// <param name="options">How; null for the defaults.</param>
    /// <exception cref="ArgumentException">A setting is out of range; the message lists all of them.</exception>
    public CheckpointSchedule(
        SignalStore store, CheckpointTarget target, CheckpointScheduleOptions? schedule = null, CheckpointOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(store);
        options ??= new CheckpointOptions();
        _store = store;
        _uploader = new CheckpointUploader(store, target, options);
        _collector = new CheckpointCollector(target, options);
        _options = (schedule ?? new CheckpointScheduleOptions()).Validate();
        _time = options.TimeProvider;
        _health = new CheckpointHealth
        {
            IsLate = false,
            LastSuccess = _time.GetUtcNow(),
            FailuresSinceSuccess = 0,
            UploadError = null,
            CollectError = null,
            LastUpload = null,
        };
        _instruments = new ScheduleInstruments(target.Description, () => _time.GetUtcNow() - Health.LastSuccess);
    }

    /// <summary>How it fares now.</summary>
    public CheckpointHealth Health
    {
        get
        {
            lock (_lock)
            {
                return _health with { IsLate = _time.GetUtcNow() - _health.LastSuccess > _options.MaxAge };
            }
        }
    }

    /// <summary>Uploads at once, then at intervals, until it is cancelled.</summary>
    /// <param name="cancellationToken">Ends it, also in the middle of an upload, which the next one continues.</param>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        long? collected = null;
        try
        {
            while (true)
            {
                long began = _time.GetTimestamp();
                long? logBytes = await UploadAsync(cancellationToken).ConfigureAwait(false);
                if (logBytes is not null && IsDue(collected))
                {
                    await CollectAsync(cancellationToken).ConfigureAwait(false);
                    collected = _time.GetTimestamp();
                }

                Task next = logBytes is { } bytes
                    ? WaitAsync(began, bytes, cancellationToken)
                    : Task.Delay(GetBackOff(), _time, cancellationToken);
                await next.ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The caller asked for the end.
        }
    }

    /// <summary>Ends the metrics.</summary>
    public void Dispose() => _instruments.Dispose();

    private bool IsDue(long? collected) => _options.CollectInterval is { } interval
        && (collected is not { } last || _time.GetElapsedTime(last) >= interval);

    /// <returns>The bytes of the store's log when it began; null when it failed.</returns>
    private async Task<long?> UploadAsync(CancellationToken cancellationToken)
    {
        DateTimeOffset began = _time.GetUtcNow();
        try
        {
            long logBytes = _store.GetStats().LogBytesWritten;
            UploadResult result = await _uploader.UploadAsync(cancellationToken).ConfigureAwait(false);
            _instruments.RecordUpload(result);
            if (result.Outcome == UploadOutcome.Diverged)
            {
                throw new InvalidOperationException(
                    $"The current checkpoint is at {result.Checkpoint.Position}, this store at {CheckpointPosition.Of(_store)}: neither "
                    + "covers the other, so no checkpoint of this store is made. Find out which of their owners misses events.");
            }

            // The checkpoint of another owner is as old as it is, however often this store finds it.
            DateTimeOffset success = result.Outcome == UploadOutcome.Overtaken && result.Checkpoint.CreatedAt < began
                ? result.Checkpoint.CreatedAt
                : began;
            Change(health => health with { LastSuccess = success, FailuresSinceSuccess = 0, UploadError = null, LastUpload = result });
            return logBytes;
        }
        catch (Exception e) when (!(e is OperationCanceledException && cancellationToken.IsCancellationRequested))
        {
            _instruments.RecordFailure();
            Change(health => health with { FailuresSinceSuccess = health.FailuresSinceSuccess + 1, UploadError = e });
            return null;
        }
    }

    private async Task CollectAsync(CancellationToken cancellationToken)
    {
        try
        {
            _instruments.RecordCollection(await _collector.CollectAsync(cancellationToken).ConfigureAwait(false));
            Change(health => health with { CollectError = null });
        }
        catch (Exception e) when (!(e is OperationCanceledException && cancellationToken.IsCancellationRequested))
        {
            Change(health => health with { CollectError = e });
        }
    }

    private async Task WaitAsync(long began, long logBytes, CancellationToken cancellationToken)
    {
        while (true)
        {
            TimeSpan left = _options.Interval - _time.GetElapsedTime(began);
            if (left <= TimeSpan.Zero || IsFull(logBytes))
            {
                return;
            }

            TimeSpan wait = _options.LogBytes is null || left < _options.PollInterval ? left : _options.PollInterval;
            await Task.Delay(wait, _time, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>
    /// Whether an upload is due for its bytes. One is also due when the store cannot say it: the upload reports the error.
    /// </summary>
    private bool IsFull(long logBytes)
    {
        try
        {
            return _options.LogBytes is { } most && _store.GetStats().LogBytesWritten - logBytes >= most;
        }
        catch (Exception e) when (e is SignalsException or ObjectDisposedException)
        {
            return true;
        }
    }

    private TimeSpan GetBackOff()
    {
        const int MostDoublings = 20;
        int doublings = Math.Min(Health.FailuresSinceSuccess - 1, MostDoublings);
        TimeSpan wait = _options.BackOff * (1L << Math.Max(doublings, 0));

        // Machines that failed together must not come back together.
        return (wait < _options.MaxBackOff ? wait : _options.MaxBackOff) * (1 - (Random.Shared.NextDouble() / 2));
    }

    private void Change(Func<CheckpointHealth, CheckpointHealth> change)
    {
        lock (_lock)
        {
            _health = change(_health);
        }
    }
}
