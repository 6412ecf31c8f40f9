using Signals.Definitions;

namespace Signals.Core.DefinitionVersions;

/// <summary>A definition that runs beside a served one on a sample of its reads, to show what would change.</summary>
/// <remarks>
/// Thread contract: any thread. <see cref="Compare"/> takes a lock, so it should not run while a caller waits; see
/// <see cref="ShadowWorker{TRequest}"/>. The number of its counters is bounded by the number of columns of the served definition.
/// </remarks>
/// <typeparam name="TPlan">The compiled form of a definition.</typeparam>
internal sealed class ShadowDefinition<TPlan>
    where TPlan : class
{
    private readonly SequenceComparison _comparison;
    private readonly Lock _comparing = new();
    private readonly int _every;
    private long _reads;
    private long _dropped;
    private long _failed;
    private volatile string? _lastFailure;

    internal ShadowDefinition(EffectiveDefinition<TPlan> candidate, SequenceDefinition served, int every)
    {
        Candidate = candidate;
        _every = every;
        _comparison = new SequenceComparison([.. served.Columns.Select(column => column.Name)]);
    }

    /// <summary>The definition that runs in the shadow.</summary>
    public EffectiveDefinition<TPlan> Candidate { get; }

    /// <summary>Counts a read and decides whether to compare it: the first read and then every n-th. Allocates nothing.</summary>
    public bool TrySample() => (Interlocked.Increment(ref _reads) - 1) % _every == 0;

    /// <summary>Counts a read that was chosen but dropped, because too many comparisons waited.</summary>
    public void Drop() => Interlocked.Increment(ref _dropped);

    /// <summary>Counts a read that was chosen but whose comparison failed.</summary>
    public void Fail(Exception error)
    {
        ArgumentNullException.ThrowIfNull(error);
        _lastFailure = $"{error.GetType().Name}: {error.Message}";
        Interlocked.Increment(ref _failed);
    }

    /// <summary>Compares the two answers to one read, event by event and column by column.</summary>
    public void Compare(ISequenceRows served, ISequenceRows shadow)
    {
        ArgumentNullException.ThrowIfNull(served);
        ArgumentNullException.ThrowIfNull(shadow);
        lock (_comparing)
        {
            _comparison.Add(served, shadow);
        }
    }

    /// <summary>The results so far.</summary>
    public ShadowReport Report()
    {
        long reads = Interlocked.Read(ref _reads);
        lock (_comparing)
        {
            return _comparison.Report() with
            {
                Sampled = (reads + _every - 1) / _every,
                Dropped = Interlocked.Read(ref _dropped),
                Failed = Interlocked.Read(ref _failed),
                LastFailure = _lastFailure,
            };
        }
    }
}
