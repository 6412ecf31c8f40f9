namespace Signals.Kafka.Consuming;

/// <summary>
/// How far a partition is and how it fares. The run's thread writes, any thread reads. Invariant: the position never goes back within a
/// run. Lifetime: that of the partition.
/// </summary>
internal sealed class PartitionProgress(string topic, int partition)
{
    private const int MaxReasons = 64;
    private const string OtherReasons = "other reasons";

    private readonly Lock _lock = new();
    private readonly Dictionary<string, long> _poison = new(StringComparer.Ordinal);
    private readonly List<CaughtUpWaiter> _waiters = [];
    private long _countedTo = -1; // The last record that was counted as poison. A run that begins again meets it again.
    private long _position;
    private long _end = -1;
    private long _records;
    private long _events;
    private int _state;
    private Exception? _lastError;

    public string Topic { get; } = topic;

    public int Partition { get; } = partition;

    public long Position => Volatile.Read(ref _position);

    public long End => Volatile.Read(ref _end);

    public long Lag => Math.Max(0, End - Position);

    public long Records => Volatile.Read(ref _records);

    public long Events => Volatile.Read(ref _events);

    public KafkaPartitionState State => (KafkaPartitionState)Volatile.Read(ref _state);

    public Exception? LastError => Volatile.Read(ref _lastError);

    /// <summary>Whether somebody waits for a target that is reached at this position.</summary>
    public bool HasWaitersUpTo(long position)
    {
        lock (_lock)
        {
            foreach (CaughtUpWaiter waiter in _waiters)
            {
                if (waiter.Target <= position)
                {
                    return true;
                }
            }

            return false;
        }
    }

    public IReadOnlyDictionary<string, long> Poison
    {
        get
        {
            lock (_lock)
            {
                return new Dictionary<string, long>(_poison, StringComparer.Ordinal);
            }
        }
    }

    public async Task WhenCaughtUpAsync(CancellationToken cancellationToken)
    {
        CaughtUpWaiter waiter = new();
        lock (_lock)
        {
            if (State == KafkaPartitionState.Failed)
            {
                throw NotCatchingUp();
            }

            _waiters.Add(waiter);
        }

        try
        {
            await waiter.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            Forget(waiter); // one that gave up would keep the run asking for the end for ever
        }
    }

    public void Begin(long position)
    {
        if (position < _position)
        {
            _countedTo = -1; // The source was reset: the offsets are those of another topic.
        }

        Volatile.Write(ref _position, position);
        Volatile.Write(ref _end, -1);
    }

    public void SetState(KafkaPartitionState state) => Volatile.Write(ref _state, (int)state);

    public void Report(Exception error) => Volatile.Write(ref _lastError, error);

    /// <summary>Everything before the position is in the store, acknowledged.</summary>
    public void Reached(long position) => Volatile.Write(ref _position, Math.Max(_position, position));

    /// <summary>The cluster says where the partition ends.</summary>
    public void SawEnd(long end) => Volatile.Write(ref _end, Math.Max(_end, end));

    public void CountApplied(long records, long events)
    {
        Volatile.Write(ref _records, _records + records);
        Volatile.Write(ref _events, _events + events);
    }

    /// <summary>Counts a record that cannot be applied, once however often it is met.</summary>
    public void CountPoison(long offset, string reason)
    {
        if (offset <= _countedTo)
        {
            return;
        }

        _countedTo = offset;
        lock (_lock)
        {
            string counted = _poison.ContainsKey(reason) || _poison.Count < MaxReasons ? reason : OtherReasons;
            _poison[counted] = _poison.GetValueOrDefault(counted) + 1;
        }
    }

    /// <summary>Those who wait for the end to be asked for.</summary>
    public CaughtUpWaiter[] WaitersWithoutTarget()
    {
        lock (_lock)
        {
            return _waiters.Count == 0 ? [] : [.. _waiters.Where(static waiter => waiter.Target is null)];
        }
    }

    /// <summary>
    /// Gives the end to those who asked before the cluster was asked. Who came while the answer was on its way needs another answer: this
    /// one may be older than what they have appended.
    /// </summary>
    public void SetTargets(CaughtUpWaiter[] asked, long end)
    {
        lock (_lock)
        {
            foreach (CaughtUpWaiter waiter in asked)
            {
                waiter.Target ??= end;
            }
        }
    }

    /// <summary>Releases those whose target is reached. Call it when reads see everything before the position.</summary>
    public void ReleaseWaiters()
    {
        lock (_lock)
        {
            for (int i = _waiters.Count - 1; i >= 0; i--)
            {
                if (_waiters[i].Target <= Position)
                {
                    _waiters[i].Complete();
                    _waiters.RemoveAt(i);
                }
            }
        }
    }

    /// <summary>The run is over: <paramref name="error"/> is why, or null when it was cancelled.</summary>
    public void Finish(Exception? error)
    {
        lock (_lock)
        {
            SetState(error is null ? KafkaPartitionState.NotRunning : KafkaPartitionState.Failed);
            if (error is null)
            {
                return;
            }

            Volatile.Write(ref _lastError, error);
            foreach (CaughtUpWaiter waiter in _waiters)
            {
                waiter.Fail(NotCatchingUp());
            }

            _waiters.Clear();
        }
    }

    private void Forget(CaughtUpWaiter waiter)
    {
        lock (_lock)
        {
            _waiters.Remove(waiter);
        }
    }

    private InvalidOperationException NotCatchingUp() =>
        new($"The partition {Topic}/{Partition} does not catch up, because its run has failed: {LastError?.Message}", LastError);
}
