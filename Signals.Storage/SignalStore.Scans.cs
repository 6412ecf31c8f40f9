using Signals.Scanning;
using Signals.Storage.Scanning;

namespace Signals;

/// <content>Scans of whole event types.</content>
public sealed partial class SignalStore
{
    /// <summary>
    /// Begins to go through all events of a type, as columns in batches, user by user. The scan shows the store as it is now, with every
    /// event that was acknowledged before the call. Dispose it.
    /// </summary>
    /// <remarks>
    /// The call freezes the memtable that takes events, as <see cref="FlushAsync"/> does, so that what the scan sees does not change; the
    /// memtable is then flushed in the background. It waits for that moment, and so, when events come faster than they can be flushed,
    /// for room.
    /// </remarks>
    /// <param name="eventType">The name of the event type.</param>
    /// <param name="options">Columns, times, users, order; null for everything, newest first.</param>
    /// <exception cref="ArgumentException">
    /// The schema lacks the type or a column, a column is named twice, or the options contradict each other or their token.
    /// </exception>
    /// <exception cref="ObjectDisposedException">The store was closed.</exception>
    public EventScan Scan(string eventType, ScanOptions? options = null)
    {
        ScanPlan plan = ScanPlan.Create(Schema, eventType, options);
        return ScanOpening.Open(plan, Engine.PinForScan(plan.EventType));
    }

    /// <summary>
    /// The same as several scans of one state of the store, each with other users, for parallel work: every event is in exactly one of
    /// them, and their users follow each other in the order of ids. Dispose each of them.
    /// </summary>
    /// <remarks>
    /// To go on with one part later, begin a scan with <see cref="ScanOptions.Resume"/> of its <see cref="EventScan.Token"/>, and with its
    /// <see cref="EventScan.FromUser"/> and <see cref="EventScan.ToUser"/>. A token alone goes on through the users of later parts, too.
    /// </remarks>
    /// <param name="eventType">The name of the event type.</param>
    /// <param name="options">Columns, times, users, order; null for everything, newest first.</param>
    /// <param name="parts">
    /// How many scans to make, from 1 to 4,096. They have about equally many rows before limits apply. Where there are fewer users than
    /// parts, there are fewer scans, but at least one.
    /// </param>
    /// <exception cref="ArgumentException">
    /// The schema lacks the type or a column, a column is named twice, or the options contradict each other or their token.
    /// </exception>
    /// <exception cref="ArgumentOutOfRangeException">The number of parts is not from 1 to 4,096.</exception>
    /// <exception cref="ObjectDisposedException">The store was closed.</exception>
    public IReadOnlyList<EventScan> SplitScan(string eventType, ScanOptions? options, int parts)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(parts, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(parts, ScanParts.MostParts);
        ScanPlan plan = ScanPlan.Create(Schema, eventType, options);
        return ScanOpening.OpenParts(plan, Engine.PinForScan(plan.EventType), parts);
    }
}
