using Signals.Samples.ConsoleHost.Options;

namespace Signals.Samples.ConsoleHost.Events;

/// <summary>
/// Where events come from: <c>while (await WaitAsync()) while (TryRead(record)) use record</c>. One thread at a time. What
/// cannot become an event is counted in <see cref="Rejected"/> with its reason, never dropped silently.
/// </summary>
internal interface IEventSource : IAsyncDisposable
{
    /// <summary>The event types and columns that the events have.</summary>
    StoreSchema Schema { get; }

    /// <summary>What could not become an event, and why.</summary>
    RejectionTally Rejected { get; }

    /// <summary>Share of the source that was read, 0 to 1, or null when nobody knows. Any thread may ask.</summary>
    double? Progress { get; }

    /// <summary>What of the input's end could not be read, and where it begins; null when all of it was. Known at the end.</summary>
    string? Unread => null;

    /// <summary>Where the record read last begins, in plain bytes of the source.</summary>
    long RecordBegin => 0;

    /// <summary>Where it ends.</summary>
    long RecordEnd => 0;

    /// <summary>Plain bytes of the source that have come.</summary>
    long Received => 0;

    /// <summary>
    /// Shows the source from its first byte on to <paramref name="beginning"/>; before anything but a header is read. What has no
    /// end of line at the end is no record from then on: the source may still grow.
    /// </summary>
    void ShowTo(SourceBeginning beginning) => throw new UsageException("--source needs an --input");

    /// <summary>Waits until more may be read. False at the end of the source.</summary>
    ValueTask<bool> WaitAsync(CancellationToken cancellationToken);

    /// <summary>Fills <paramref name="single"/> with the next event that is at hand.</summary>
    bool TryRead(SingleEvent single);
}
