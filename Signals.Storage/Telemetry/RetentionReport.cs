namespace Signals.Maintenance;

/// <summary>A change in how much a store keeps on disk, beyond what reads show. Immutable.</summary>
public sealed class RetentionReport
{
    internal RetentionReport(RetentionChange change) => Change = change;

    /// <summary>What changed.</summary>
    public RetentionChange Change { get; }

    /// <summary>The event type; null for <see cref="RetentionChange.ClockAhead"/>.</summary>
    public string? EventType { get; internal init; }

    /// <summary>How many events of each user are held; <see cref="int.MaxValue"/> for all.</summary>
    public int HeldKeepLast { get; internal init; }

    /// <summary>How many are declared.</summary>
    public int DeclaredKeepLast { get; internal init; }

    /// <summary>How long events are held; null for ever.</summary>
    public TimeSpan? HeldMaxAge { get; internal init; }

    /// <summary>How long is declared; null for ever.</summary>
    public TimeSpan? DeclaredMaxAge { get; internal init; }

    /// <summary>When less was first declared. For <see cref="RetentionChange.ClockAhead"/>: the time that is believed.</summary>
    public DateTimeOffset Since { get; internal init; }

    /// <summary>When it takes effect on disk, or the clock is believed.</summary>
    public DateTimeOffset Until { get; internal init; }
}
