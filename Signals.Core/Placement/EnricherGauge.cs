using Signals.Core.Columns;
using Signals.Core.Enrichment;

namespace Signals.Core.Placement;

/// <summary>What one enricher costs a store, and whether new events are stored with it.</summary>
/// <remarks>
/// Thread contract: any thread, without locks. Who runs the enricher reports one run in <see cref="SampleEvery"/>, with its weight, so that the
/// others pay for no clock and no shared memory. Lifetime: the store's.
/// </remarks>
internal sealed class EnricherGauge
{
    /// <summary>One run in so many is reported; a power of two.</summary>
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

    /// <summary>The decision in a few words, for traces; empty while there is none.</summary>
    public string Decision
    {
        get => _decision;
        set => _decision = value;
    }

    /// <summary>Counts a sampled run at serving.</summary>
    /// <param name="weight">How many runs it stands for.</param>
    /// <param name="wanted">Rows in which the outputs were wanted.</param>
    /// <param name="computed">Of those, rows that were computed.</param>
    /// <param name="elapsed">How long it took; counted when it computed rows.</param>
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

    /// <summary>Counts a run at serving that was too late. Every one is counted.</summary>
    public void AddLate() => Interlocked.Increment(ref _late);

    /// <summary>Counts the bytes of a batch's outputs.</summary>
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

    /// <summary>What was counted so far.</summary>
    /// <param name="events">New events of the types that the enricher takes, which others count.</param>
    public EnricherCounts Read(long events) => new(
        Interlocked.Read(ref _runs), Interlocked.Read(ref _late), Interlocked.Read(ref _wanted), Interlocked.Read(ref _computed),
        Interlocked.Read(ref _timedRows), Interlocked.Read(ref _timedNanoseconds) / 1e3, Interlocked.Read(ref _valueRows),
        Interlocked.Read(ref _valueBytes), events);
}
