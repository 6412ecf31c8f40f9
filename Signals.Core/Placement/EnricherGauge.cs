using Signals.Core.Enrichment;
using Signals.Enrichment;

namespace Signals.Core.Placement;

/// <summary>Measures what one enricher costs a store, and holds whether new events are stored with its outputs.</summary>
/// <remarks>
/// Thread contract: any thread, without locks. Code that runs the enricher reports one of <see cref="SampleEvery"/> runs, with
/// its weight; the other runs read no clock and touch no shared memory. Lifetime: the store's.
/// </remarks>
internal sealed class EnricherGauge
{
    /// <summary>One run of this many is reported. A power of two.</summary>
    public const int SampleEvery = 16;

    private long _runs;
    private long _late;
    private long _wanted;
    private long _computed;
    private long _timedRows;
    private long _timedNanoseconds;
    private long _valueRows;
    private long _valueBytes;
    private volatile bool _isStored;
    private volatile string _decision = "";

    /// <summary>Whether new events are enriched when they are indexed.</summary>
    public bool IsStored
    {
        get => _isStored;
        set => _isStored = value;
    }

    /// <summary>The current decision in a few words, for traces; empty before the first one.</summary>
    public string Decision
    {
        get => _decision;
        set => _decision = value;
    }

    /// <summary>Counts a sampled run at serving.</summary>
    /// <param name="weight">The number of runs that it represents.</param>
    /// <param name="wanted">The number of rows in which the outputs were wanted.</param>
    /// <param name="computed">How many of those rows were computed.</param>
    /// <param name="elapsed">How long the run took. Only counted when it computed rows.</param>
    public void AddRun(int weight, int wanted, int computed, TimeSpan elapsed)
    {
        Interlocked.Add(ref _wanted, (long)weight * wanted);
        if (computed > 0)
        {
            Interlocked.Add(ref _runs, weight);
            Interlocked.Add(ref _computed, (long)weight * computed);
            Interlocked.Add(ref _timedRows, computed);
            Interlocked.Add(ref _timedNanoseconds, elapsed.Ticks * TimeSpan.NanosecondsPerTick);
        }
    }

    /// <summary>Counts a run at serving that was too late. Every late run is counted, not only a sample.</summary>
    public void AddLate() => Interlocked.Increment(ref _late);

    /// <summary>Counts the bytes of the outputs of a batch.</summary>
    public void AddValues(EnrichmentBatch batch)
    {
        long bytes = 0;
        foreach (OutputRows output in batch.Outputs)
        {
            for (int row = 0; row < batch.Count; row++)
            {
                bytes += output.RowStates[row] == (byte)ColumnState.Value ? output.GetValue(row).Length : 0;
            }
        }

        Interlocked.Add(ref _valueRows, batch.Count);
        Interlocked.Add(ref _valueBytes, bytes);
    }

    /// <summary>The counts so far.</summary>
    /// <param name="events">The new events of the types that the enricher takes. They are counted elsewhere.</param>
    public EnricherCounts Read(long events) => new()
    {
        Runs = Interlocked.Read(ref _runs),
        Late = Interlocked.Read(ref _late),
        Wanted = Interlocked.Read(ref _wanted),
        Computed = Interlocked.Read(ref _computed),
        TimedRows = Interlocked.Read(ref _timedRows),
        TimedMicroseconds = Interlocked.Read(ref _timedNanoseconds) / 1e3,
        ValueRows = Interlocked.Read(ref _valueRows),
        ValueBytes = Interlocked.Read(ref _valueBytes),
        Events = events,
    };
}
