using Signals.Samples.ConsoleHost.Events;
using Signals.Samples.ConsoleHost.Reporting;

namespace Signals.Samples.ConsoleHost.Ingest;

/// <summary>What an ingest did.</summary>
internal sealed record IngestResult
{
    /// <summary>Rows, frames or generated events that were read, good or not.</summary>
    public required long Read { get; init; }

    /// <summary>Events that the store took, duplicates included.</summary>
    public required long Accepted { get; init; }

    /// <summary>Events passed over because the store has them: they end before its position in the source.</summary>
    public long Skipped { get; init; }

    /// <summary>Events whose time was before the newest time read until then.</summary>
    public required long Late { get; init; }

    /// <summary>What was refused, and why.</summary>
    public required RejectionTally Rejected { get; init; }

    /// <summary>From the first read to the last acknowledgement.</summary>
    public required TimeSpan Elapsed { get; init; }

    /// <summary>From append to visible.</summary>
    public required LatencySamples Freshness { get; init; }

    /// <summary>Watched events that no read returned in time.</summary>
    public required long NeverVisible { get; init; }

    /// <summary>Users to read.</summary>
    public required UserSample Users { get; init; }
}
