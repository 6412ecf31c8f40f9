using Signals.Core.Definitions;

namespace Signals.Core.Registry;

/// <summary>A definition that runs beside a served one, on a sample of its reads, to see what would change.</summary>
/// <remarks>
/// Thread contract: any thread; <see cref="Compare"/> takes a lock and belongs off the caller's path, see <see cref="ShadowWorker{TRequest}"/>.
/// Its counters are bounded by the columns of the served definition.
/// </remarks>
/// <typeparam name="TPlan">What a host compiles definitions to.</typeparam>
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

    /// <summary>What runs in the shadow.</summary>
    public EffectiveDefinition<TPlan> Candidate { get; }

    /// <summary>Counts a read and says whether it is one to compare: the first, and then every so many. Allocates nothing.</summary>
    public bool TrySample() => (Interlocked.Increment(ref _reads) - 1) % _every == 0;

    /// <summary>Counts a read that was chosen and could not wait for its comparison.</summary>
    public void Drop() => Interlocked.Increment(ref _dropped);

    /// <summary>Counts a read that was chosen and whose comparison failed.</summary>
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

    /// <summary>What was found so far.</summary>
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
