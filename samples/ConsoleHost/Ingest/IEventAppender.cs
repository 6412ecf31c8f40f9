namespace Signals.Samples.ConsoleHost.Ingest;

/// <summary>Gathers events and appends them. One thread; <see cref="CompleteAsync"/> at the end.</summary>
internal interface IEventAppender
{
    /// <summary>Events that the store has taken.</summary>
    long Accepted { get; }

    /// <summary>Adds an event. True when enough of its type waits, and a flush must follow.</summary>
    /// <param name="single">The event; copied.</param>
    /// <param name="end">The position of its source behind it.</param>
    bool Add(SingleEvent single, long end);

    /// <summary>Appends the waiting events of one type, or more.</summary>
    ValueTask FlushAsync(EventTypeSchema declared);

    /// <summary>Appends all waiting events.</summary>
    ValueTask FlushAsync();

    /// <summary>Appends all waiting events and waits until every append is acknowledged.</summary>
    ValueTask CompleteAsync();
}
