namespace Signals.Training;

/// <summary>How a training set is made. Immutable.</summary>
public sealed record TrainingOptions
{
    /// <summary>How many threads make rows. 0, the default, means one for each processor.</summary>
    public int Parallelism { get; init; }

    /// <summary>
    /// Whether a request without a label gives a row, with a null label. The default is false: it is only counted. Moments always give
    /// a row.
    /// </summary>
    public bool KeepUnlabelled { get; init; }

    /// <summary>
    /// Whether sequences that were not served complete (truncated, an enrichment missing, a stage failed) give rows. The default is
    /// true; the row says its status.
    /// </summary>
    public bool KeepIncomplete { get; init; } = true;

    /// <summary>
    /// Sees every row before the sink does, on the thread that made it, such as a profile of the features; null for none.
    /// </summary>
    public Action<TrainingRow>? OnRow { get; init; }

    /// <summary>Receives the progress now and then, on threads that make rows.</summary>
    public IProgress<TrainingProgress>? Progress { get; init; }

    internal int Workers
    {
        get
        {
            ArgumentOutOfRangeException.ThrowIfNegative(Parallelism, nameof(Parallelism));
            return Parallelism == 0 ? Environment.ProcessorCount : Parallelism;
        }
    }
}
