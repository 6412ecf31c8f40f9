namespace Signals.Storage.Scanning;

/// <summary>Where a page of one user's rows begins: behind an event. Rows go from the newest to the oldest. Immutable.</summary>
/// <param name="TimeMs">The time of the event.</param>
/// <param name="Id">Its id.</param>
/// <param name="Ties">How many rows of exactly that time are known to come before the page.</param>
internal readonly record struct PageStart(long TimeMs, ulong Id, int Ties)
{
    /// <summary>Whether an event comes after this place.</summary>
    public bool Precedes(long timeMs, ulong id) => timeMs < TimeMs || (timeMs == TimeMs && id > Id);
}
