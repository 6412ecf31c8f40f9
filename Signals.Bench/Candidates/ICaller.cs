namespace Signals.Bench.Candidates;

/// <summary>
/// One of many callers that use a store at the same time, as requests of a service do. Thread contract: one call at a time;
/// callers do not share anything but the store.
/// </summary>
internal interface ICaller : IDisposable
{
    /// <summary>Whether an append blocks its thread, so that each caller needs a thread of its own.</summary>
    bool Blocks { get; }

    /// <summary>Appends some events, and completes when the store has acknowledged them.</summary>
    ValueTask AppendAsync(EventLog log, int start, int count);

    /// <summary>Reads the newest rows of a user over all types and returns their number.</summary>
    int Read(ulong user);
}
