using Signals.Checkpoints;
using Signals.Kafka;
using Signals.Maintenance;
using Signals.Orleans.Partitions;

namespace Signals.Orleans.Replicas;

/// <summary>
/// One partition on this machine: opens its store, follows the log, and opens the store again when one of the two fails.
/// </summary>
/// <remarks>
/// Thread contract: any thread. Invariant: <see cref="Current"/> is set exactly while the store is open and follows the log.
/// Lifetime: runs from its construction until it is disposed; then the folder is free.
/// </remarks>
internal sealed class PartitionReplica : IAsyncDisposable
{
    private static readonly TimeSpan ShortestPause = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Lasting = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan RolePoll = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan BeginPoll = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan PositionPoll = TimeSpan.FromMilliseconds(2);

    private readonly int _partition;
    private readonly ReplicaContext _context;
    private readonly ReplicaFolder _folder;
    private readonly CancellationTokenSource _ending = new();
    private readonly ReplicaInstruments _instruments;
    private readonly StopMark _stop = new();
    private readonly Task _running;
    private OpenReplica? _current;
    private CheckpointSchedule? _sending;
    private volatile Exception? _error;
    private volatile bool _hasCaughtUp;
    private long _caughtUpAt; // A timestamp, when _hasCaughtUp. Written and read by turns, never at once.
    private long _openings;
    private long _failures;
    private int _owners; // Activations of the partition's grain on this machine; two while one takes over from the other.

    /// <param name="partition">The partition.</param>
    /// <param name="context">What all replicas of the machine have in common.</param>
    /// <param name="folderIsFree">Ends when the last replica of the partition on this machine has closed its store.</param>
    public PartitionReplica(int partition, ReplicaContext context, Task folderIsFree)
    {
        _partition = partition;
        _context = context;
        _folder = new ReplicaFolder(partition, context);
        _instruments = new ReplicaInstruments(context.Silo, partition, this);
        _running = RunAsync(folderIsFree, _ending.Token);
    }

    /// <summary>The open store; null while there is none.</summary>
    public OpenReplica? Current => Volatile.Read(ref _current);

    public ReplicaRole Role => Volatile.Read(ref _owners) > 0 ? ReplicaRole.Owner : ReplicaRole.Standby;

    public ReplicaState State =>
        _ending.IsCancellationRequested ? ReplicaState.Closing
        : Current is null ? (_error is null ? ReplicaState.Opening : ReplicaState.Failed)
        : _stop.Current is not null ? ReplicaState.Stopped
        : _hasCaughtUp ? ReplicaState.Following
        : ReplicaState.CatchingUp;

    /// <summary>How often the store was opened, and how often the replica failed.</summary>
    public long Openings => Volatile.Read(ref _openings);

    public long Failures => Volatile.Read(ref _failures);

    /// <summary>How the checkpoints fare that are sent from here; null while none are.</summary>
    public CheckpointHealth? Checkpoints => Volatile.Read(ref _sending)?.Health;

    /// <summary>Why it stands, or else why it failed last; null once it has caught up since.</summary>
    public Exception? Error => Current is null ? _error : _stop.Current?.Error ?? _error;

    /// <summary>Why no checkpoint could take the place of the folder, as far as is known now; null when nothing kept one from it.</summary>
    public Exception? RestoreError => _folder.RestoreError;

    /// <summary>
    /// Of the records that the replica lacked when its store was opened, and of those that came since, the part that is applied: 0 to 1.
    /// Null while the store is not open, or the end of the log is not known.
    /// </summary>
    public double? ReadReplay()
    {
        if (Current is not OpenReplica open || open.ReadLag().Records is not long missing)
        {
            return null;
        }

        long applied = open.Feed.Position - open.OpenedAt;
        return missing == 0 ? 1 : (double)applied / (applied + missing);
    }

    /// <summary>Whether opening the store again does not help by itself, so that somebody has to decide.</summary>
    public static bool NeedsSomebody(Exception error) =>
        IsStop(error) || error is TopicChangedException or LogTruncatedException or CorruptionException;

    /// <summary>
    /// Whether a record stops the partition and the store is well. Most often every replica meets the same record, and opening the store
    /// again changes nothing, so closing it would only end the answers.
    /// </summary>
    public static bool IsStop(Exception error) => error is PoisonRecordException or PoisonNotKeptException
        or RecordUnreadableException or SchemaRequiredException or ReplicaUnfitException;

    /// <summary>
    /// How long a replica that failed waits before it is opened again. One that fails each time soon after it has caught up waits longer
    /// and longer, because each opening reads and fetches much.
    /// </summary>
    /// <param name="last">The pause before.</param>
    /// <param name="needsSomebody">Whether opening again does not help by itself.</param>
    /// <param name="caughtUpFor">How long ago it caught up; null when it had not.</param>
    internal static TimeSpan NextPause(TimeSpan last, bool needsSomebody, TimeSpan? caughtUpFor) =>
        needsSomebody ? LongestPause
        : caughtUpFor >= Lasting ? ShortestPause
        : last * 2 < LongestPause ? last * 2 : LongestPause;

    public void AddOwner() => Interlocked.Increment(ref _owners);

    public void RemoveOwner() => Interlocked.Decrement(ref _owners);

    public ReplicaReport Report()
    {
        OpenReplica? open = Current;
        LagReading lag = open?.ReadLag() ?? default;
        return new ReplicaReport
        {
            Silo = _context.Silo,
            Partition = _partition,
            Role = Role,
            State = State,
            Position = open?.Feed.Position ?? 0,
            LagRecords = lag.Records,
            Lag = lag.Age,
            Error = open?.Feed.Trouble ?? Reason() ?? open?.Damage?.Message,
        };
    }

    /// <summary>The open store, once it is at this position; without a position it must be open now.</summary>
    /// <param name="position">The position; null for any, for which nobody waits.</param>
    /// <param name="patience">How long it may take.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="ReplicaNotReadyException">There is none, or it does not get there in time.</exception>
    public async ValueTask<OpenReplica> WaitForAsync(long? position, TimeSpan patience, CancellationToken cancellationToken)
    {
        long began = _context.Time.GetTimestamp();
        while (true)
        {
            OpenReplica? open = Current;
            if (open is not null && (position is null || open.Feed.Position >= position))
            {
                return open;
            }

            if (position is null || _context.Time.GetElapsedTime(began) >= patience)
            {
                throw new ReplicaNotReadyException(open is null
                    ? _error?.Message ?? "its store is being opened"
                    : $"it is at {open.Feed.Position} and did not reach {position} in {patience.TotalSeconds:F1} s");
            }

            await Task.Delay(PositionPoll, _context.Time, cancellationToken).ConfigureAwait(false);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _ending.CancelAsync().ConfigureAwait(false);
        await _running.ConfigureAwait(false);
        _instruments.Dispose();
        _ending.Dispose();
    }

    private string? Reason() => Error is not Exception error ? null
        : RestoreError is Exception away ? $"{error.Message} Its checkpoint cannot take the folder's place: {away.Message}"
        : error.Message;

    private async Task RunAsync(Task folderIsFree, CancellationToken cancellationToken)
    {
        await folderIsFree.ConfigureAwait(false);
        TimeSpan pause = ShortestPause;
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                await FollowAsync(cancellationToken).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception error) // Whatever it was: the replica is out of service, says so, and is opened again.
            {
                _error = error;
                Interlocked.Increment(ref _failures);
                bool needsSomebody = !_folder.GiveUpFolder(error, _hasCaughtUp) && NeedsSomebody(error);
                pause = NextPause(pause, needsSomebody, _hasCaughtUp ? _context.Time.GetElapsedTime(_caughtUpAt) : null);
                ReplicaLog.Failed(_context.Logger, _partition, pause.TotalMilliseconds, error);
            }

            try
            {
                await Task.Delay(pause, _context.Time, cancellationToken).ConfigureAwait(false);
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }

    // On a thread of its own, because recovery computes and waits for the disk for long. A turn at a time, so that a machine that
    // starts with many partitions still answers.
    private async Task<SignalStore> OpenAsync(CancellationToken cancellationToken)
    {
        await _context.Openings.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            long began = _context.Time.GetTimestamp();
            SignalStore store = await Task.Factory.StartNew(
                () => _folder.OpenAsync(cancellationToken).GetAwaiter().GetResult(),
                CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default).ConfigureAwait(false);
            Interlocked.Increment(ref _openings);
            _context.Telemetry.Opened(_context.Time.GetElapsedTime(began));
            return store;
        }
        finally
        {
            _context.Openings.Release();
        }
    }

    private async Task FollowAsync(CancellationToken cancellationToken)
    {
        _hasCaughtUp = false;
        _stop.Clear();
        await using SignalStore store = await OpenAsync(cancellationToken).ConfigureAwait(false);
        await using IPartitionFeed feed = _context.Log.Follow(_partition, store);
        OpenReplica open = new(_partition, store, feed, new LagClock(_context.Time));
        Volatile.Write(ref _current, open);
        ReplicaLog.Opened(_context.Logger, _partition, feed.Position);
        using CancellationTokenSource ending = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Task asking = AskForEndsAsync(open, ending.Token);
        Task sending = SendCheckpointsAsync(open, ending.Token);
        Task following = Task.CompletedTask;
        try
        {
            following = FollowLogAsync(open, ending.Token);
            await (await Task.WhenAny(following, open.Failed).ConfigureAwait(false)).ConfigureAwait(false);
        }
        finally
        {
            Volatile.Write(ref _current, null);
            await ending.CancelAsync().ConfigureAwait(false);
            await following.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await asking.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await sending.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    // A record that stops the partition is no fault of the store, which answers meanwhile. The answers say how late they are. But where a
    // checkpoint is further than the record, it is the better store, also when the shared storage says so only later.
    private async Task FollowLogAsync(OpenReplica open, CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                await open.Feed.RunAsync(cancellationToken).ConfigureAwait(false);
                return;
            }
            catch (SignalsException error) when (IsStop(error) && !_folder.IsCheckpointBeyond(open.Feed.Position))
            {
                if (_stop.Set(new ReplicaStop(open.Feed.Position, error)))
                {
                    Interlocked.Increment(ref _failures);
                    ReplicaLog.Stopped(_context.Logger, _partition, LongestPause.TotalMilliseconds, error);
                }

                await Task.Delay(LongestPause, _context.Time, cancellationToken).ConfigureAwait(false);
                await _folder.LookForCheckpointAsync(open.Store, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    private async Task AskForEndsAsync(OpenReplica open, CancellationToken cancellationToken)
    {
        long began = _context.Time.GetTimestamp();
        while (!cancellationToken.IsCancellationRequested)
        {
            if (!open.Feed.HasBegun)
            {
                await Task.Delay(BeginPoll, _context.Time, cancellationToken).ConfigureAwait(false);
                continue; // The position may be one of another log, so no end of this one would prove anything.
            }

            long applied = open.Feed.Position;
            if (_stop.Current is ReplicaStop seen && applied > seen.At)
            {
                _stop.Lift(seen); // The feed may stop again meanwhile.
            }

            long askedAt = open.Clock.Now();
            try
            {
                long end = await _context.Log.ReadEndAsync(_partition, cancellationToken).ConfigureAwait(false);
                open.Clock.Learn(askedAt, applied, end);
                if (!_hasCaughtUp && open.ReadLag().Age is not null)
                {
                    _caughtUpAt = _context.Time.GetTimestamp();
                    _folder.ForgetRestoreError();
                    _hasCaughtUp = true;
                    _error = null;
                    _context.Telemetry.CaughtUp(_context.Time.GetElapsedTime(began));
                    ReplicaLog.CaughtUp(_context.Logger, _partition, open.Feed.Position);
                }
            }
            catch (Exception error) when (!cancellationToken.IsCancellationRequested)
            {
                // The lag grows meanwhile, which every answer says; the feed reports its own trouble.
                ReplicaLog.EndUnknown(_context.Logger, _partition, error);
            }

            await Task.Delay(_context.Options.EndInterval, _context.Time, cancellationToken).ConfigureAwait(false);
        }
    }

    // While the replica is the owner and no damage is known. Two owners at once send the same, and the swap of CURRENT keeps the newer
    // checkpoint. A damaged store never takes the place of the healthy copy, which is the one to begin with again.
    private async Task SendCheckpointsAsync(OpenReplica open, CancellationToken cancellationToken)
    {
        if (_context.Options.GetCheckpoints() is not PartitionCheckpoints checkpoints)
        {
            return;
        }

        bool isVerified = false;
        while (open.Damage is null)
        {
            cancellationToken.ThrowIfCancellationRequested(); // An owner that is closed stays the owner, so nothing below would.
            await WhenRoleIsAsync(ReplicaRole.Owner, cancellationToken).ConfigureAwait(false);
            using CancellationTokenSource owning = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            Task lost = WhenRoleIsAsync(ReplicaRole.Standby, owning.Token);
            Task sending = isVerified ? SendCheckpointsAsync(checkpoints, open.Store, owning.Token) : VerifyAsync(open, owning.Token);
            Task first = await Task.WhenAny(sending, lost, open.Damaged).ConfigureAwait(false);
            await owning.CancelAsync().ConfigureAwait(false);
            await sending.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            isVerified = first != lost && (isVerified || sending.IsCompletedSuccessfully); // Each new owner verifies.
            if (first == sending && sending.Exception is AggregateException error)
            {
                ReplicaLog.CheckpointsFailed(_context.Logger, _partition, error);
                await Task.Delay(LongestPause, _context.Time, cancellationToken).ConfigureAwait(false);
            }
        }

        ReplicaLog.CheckpointsStopped(_context.Logger, _partition, open.Damage);
    }

    private static async Task VerifyAsync(OpenReplica open, CancellationToken cancellationToken)
    {
        VerifyReport report = await open.Store.VerifyAsync(progress: null, cancellationToken).ConfigureAwait(false);
        if (report.Problems is [VerifyProblem problem, ..])
        {
            open.Fail(new CorruptionException(problem.File, problem.Offset, problem.Message));
        }
    }

    private async Task SendCheckpointsAsync(PartitionCheckpoints checkpoints, SignalStore store, CancellationToken cancellationToken)
    {
        using CheckpointSchedule schedule = checkpoints.ScheduleFor(_partition, store);
        Volatile.Write(ref _sending, schedule);
        try
        {
            await schedule.RunAsync(cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            Volatile.Write(ref _sending, null);
        }
    }

    private async Task WhenRoleIsAsync(ReplicaRole role, CancellationToken cancellationToken)
    {
        while (Role != role)
        {
            await Task.Delay(RolePoll, _context.Time, cancellationToken).ConfigureAwait(false);
        }
    }
}
