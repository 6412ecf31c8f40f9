using Signals.Core.Tenancy;

namespace Signals.Serving;

/// <summary>One tenant: its quota, its circuit and its counters. Tenants share nothing with each other.</summary>
/// <remarks>Thread contract: any thread, without locks. Entering and leaving allocate nothing.</remarks>
public sealed class Tenant
{
    private readonly TimeProvider _time;
    private readonly double _nanosecondsPerTick;
    private readonly TokenBucket? _reads;
    private readonly TokenBucket? _rows;
    private readonly TokenBucket? _microseconds;
    private readonly Circuit _circuit;
    private readonly TenantEntries _entries = new();
    private readonly int _maxConcurrency;
    private readonly long[] _refused = new long[(int)TenantRefusal.CircuitOpen + 1];
    private long _admitted;
    private long _running;
    private long _succeeded;
    private long _failed;
    private long _servedRows;
    private long _usedMicroseconds;
    private volatile string? _lastFailure;

    internal Tenant(string name, TenantOptions options, TimeProvider time)
    {
        options.Validate();
        Name = name;
        Options = options;
        _time = time;
        _nanosecondsPerTick = 1e9 / time.TimestampFrequency;
        _reads = Bucket(options.ReadsPerSecond);
        _rows = Bucket(options.RowsPerSecond);
        _microseconds = Bucket(options.MicrosecondsPerSecond);
        _maxConcurrency = options.MaxConcurrency ?? int.MaxValue;
        _circuit = new Circuit(options.FailuresToOpen, options.OpenDuration.Ticks * 100);

        TokenBucket? Bucket(double? rate) => rate is { } perSecond ? new TokenBucket(perSecond, options.BurstSeconds) : null;
    }

    /// <summary>The tenant's name, which is the owner of its definitions.</summary>
    public string Name { get; }

    /// <summary>The tenant's limits.</summary>
    public TenantOptions Options { get; }

    /// <summary>Asks to run one read.</summary>
    /// <param name="lease">The lease when the read is admitted. It must be completed or failed exactly once.</param>
    /// <param name="retryAfter">When the read is refused: how long until a retry can succeed, as far as is known.</param>
    /// <returns><see cref="TenantRefusal.None"/> when the read is admitted.</returns>
    internal TenantRefusal TryEnter(out TenantLease lease, out TimeSpan retryAfter)
    {
        lease = default;
        if (Interlocked.Increment(ref _running) > _maxConcurrency)
        {
            return Refuse(TenantRefusal.Concurrency, 0, out retryAfter);
        }

        // The circuit is asked last, because a read that passes it may be the one that decides whether it closes.
        long now = Now();
        if (_rows?.Wait(now) is > 0 and var rows)
        {
            return Refuse(TenantRefusal.Rows, rows, out retryAfter);
        }

        if (_microseconds?.Wait(now) is > 0 and var microseconds)
        {
            return Refuse(TenantRefusal.Microseconds, microseconds, out retryAfter);
        }

        if (_reads?.TryTake(now) is > 0 and var reads)
        {
            return Refuse(TenantRefusal.Reads, reads, out retryAfter);
        }

        if (_circuit.TryPass(now) is > 0 and var open)
        {
            return Refuse(TenantRefusal.CircuitOpen, open, out retryAfter);
        }

        Interlocked.Increment(ref _admitted);
        lease = new TenantLease(this, _entries.Take(), now);
        retryAfter = TimeSpan.Zero;
        return TenantRefusal.None;
    }

    /// <summary>Asks to run one read.</summary>
    /// <returns>The lease. It must be completed or failed exactly once.</returns>
    /// <exception cref="TenantRefusedException">The read is refused.</exception>
    internal TenantLease Enter()
    {
        TenantRefusal refusal = TryEnter(out TenantLease lease, out TimeSpan retryAfter);
        return refusal == TenantRefusal.None ? lease : throw new TenantRefusedException(Name, refusal, retryAfter);
    }

    /// <summary>The tenant's counters so far.</summary>
    public TenantStats Stats() => new()
    {
        Tenant = Name,
        Admitted = Interlocked.Read(ref _admitted),
        Running = Interlocked.Read(ref _running),
        Succeeded = Interlocked.Read(ref _succeeded),
        Failed = Interlocked.Read(ref _failed),
        RefusedByReads = Interlocked.Read(ref _refused[(int)TenantRefusal.Reads]),
        RefusedByRows = Interlocked.Read(ref _refused[(int)TenantRefusal.Rows]),
        RefusedByMicroseconds = Interlocked.Read(ref _refused[(int)TenantRefusal.Microseconds]),
        RefusedByConcurrency = Interlocked.Read(ref _refused[(int)TenantRefusal.Concurrency]),
        RefusedByCircuit = Interlocked.Read(ref _refused[(int)TenantRefusal.CircuitOpen]),
        CircuitOpened = _circuit.Opened,
        IsCircuitOpen = _circuit.IsOpen,
        Rows = Interlocked.Read(ref _servedRows),
        Microseconds = Interlocked.Read(ref _usedMicroseconds),
        LastFailure = _lastFailure,
    };

    /// <summary>Ends a read. False when it had already ended.</summary>
    internal bool TryEnd(TenantEntry entry, long number)
    {
        bool ends = entry.TryEnd(number);
        if (ends)
        {
            _entries.Return(entry);
        }

        return ends;
    }

    internal void Complete(long enteredAt, int rows)
    {
        Leave(enteredAt, rows);
        Interlocked.Increment(ref _succeeded);
        _circuit.Succeed();
    }

    internal void Fail(long enteredAt, Exception error)
    {
        long now = Leave(enteredAt, rows: 0);
        _lastFailure = $"{error.GetType().Name}: {error.Message}";
        Interlocked.Increment(ref _failed);
        _circuit.Fail(now);
    }

    private long Leave(long enteredAt, int rows)
    {
        long now = Now();
        long microseconds = Math.Max(0, now - enteredAt) / 1000;
        _rows?.Charge(now, rows);
        _microseconds?.Charge(now, microseconds);
        Interlocked.Add(ref _servedRows, rows);
        Interlocked.Add(ref _usedMicroseconds, microseconds);
        Interlocked.Decrement(ref _running);
        return now;
    }

    private TenantRefusal Refuse(TenantRefusal reason, long nanoseconds, out TimeSpan retryAfter)
    {
        Interlocked.Decrement(ref _running);
        Interlocked.Increment(ref _refused[(int)reason]);
        retryAfter = new TimeSpan((nanoseconds + 99) / 100);
        return reason;
    }

    private long Now() => (long)(_time.GetTimestamp() * _nanosecondsPerTick);
}
