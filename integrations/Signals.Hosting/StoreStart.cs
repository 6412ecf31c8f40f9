namespace Signals.Hosting;

/// <summary>
/// The start of a host, as seen by the opening of a store, which the container does. Thread contract: set once, before the store is
/// opened. Lifetime: that of the host; one for each store.
/// </summary>
internal sealed class StoreStart
{
    /// <summary>Ends the wait for another process: the host gives its start up.</summary>
    public CancellationToken Cancelled { get; set; }
}
