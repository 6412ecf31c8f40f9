using Signals.Core.Serving;

namespace Signals.Storage.Serving;

/// <summary>What one read of a definition asks for besides. Immutable; <c>default</c> is what the definition says.</summary>
public readonly record struct ReadOptions
{
    /// <summary>How long the read may take, in place of the definition's deadline. Zero: what the first fetch brings.</summary>
    public TimeSpan? Deadline { get; init; }

    /// <summary>
    /// Gives the answer with a receipt that it can be rebuilt from. It then holds exactly the commits up to one of them; the store keeps versions
    /// (<see cref="StoreOptions.VersionRetention"/>) and the definition has no condition in the host's code.
    /// </summary>
    public bool WithReceipt { get; init; }

    /// <summary>
    /// Reads what is known now of the time up to then: no event after it, windows and ages by it, everything as it is corrected now. <c>null</c> reads
    /// everything, by the time of the read. What last-N, age or erasure took away since is gone. Not together with <see cref="WithReceipt"/>.
    /// </summary>
    public DateTimeOffset? AsOf { get; init; }

    /// <summary>Records what each stage did; <c>null</c> costs nothing.</summary>
    public ReadTrace? Trace { get; init; }
}
