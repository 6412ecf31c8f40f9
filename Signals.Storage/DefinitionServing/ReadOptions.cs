namespace Signals.Serving;

/// <summary>What one read of a definition asks for in addition. Immutable; <c>default</c> asks for nothing more.</summary>
public readonly record struct ReadOptions
{
    /// <summary>
    /// How long the read may take, instead of the definition's deadline. With zero the answer holds what the first fetch brings.
    /// </summary>
    public TimeSpan? Deadline { get; init; }

    /// <summary>
    /// Gives the answer a receipt from which it can be rebuilt. The answer then holds exactly the commits up to one of them. The
    /// store must keep versions (<see cref="StoreOptions.VersionRetention"/>), and the definition must not have a condition in
    /// the host's code.
    /// </summary>
    public bool WithReceipt { get; init; }

    /// <summary>
    /// Reads what is known now about the time up to this moment: no later event, windows and ages counted from it, everything as
    /// it is corrected now. <c>null</c> reads everything, with the time of the read. Events that last-N, age or erasure removed
    /// since are gone. It cannot be combined with <see cref="WithReceipt"/>.
    /// </summary>
    public DateTimeOffset? AsOf { get; init; }

    /// <summary>Records what each stage did; <c>null</c> costs nothing.</summary>
    public ReadTrace? Trace { get; init; }
}
