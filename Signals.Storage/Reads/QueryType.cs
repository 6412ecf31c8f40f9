using Signals.Storage.Heads;

namespace Signals.Storage.Reads;

/// <summary>
/// One event type of a query: how many of its events it returns at most, and where its columns go in the answer. Immutable, but for what
/// it remembers of the heads.
/// </summary>
/// <param name="EventType">The type as the store knows it.</param>
/// <param name="Last">At most this many events of the type.</param>
/// <param name="Columns">For each output column the index in the event type, or -1 when the type lacks it.</param>
/// <param name="Stored">The values of <paramref name="Columns"/> that are not -1: the columns to load from a block.</param>
/// <param name="Early">The part of <paramref name="Stored"/> that is needed before rows are chosen.</param>
internal sealed record QueryType(EventTypeSchema EventType, int Last, int[] Columns, int[] Stored, int[] Early)
{
    private HeadMap? _heads;

    /// <summary>
    /// Where the heads have the columns. Layouts grow with the columns that queries ask for, so it is asked at each read.
    /// </summary>
    public HeadMap MapTo(HeadCache heads)
    {
        HeadMap? known = Volatile.Read(ref _heads);
        if (known is null || (known.Layout is not null && !ReferenceEquals(known.Layout, heads.Layouts.Of(EventType.Id))))
        {
            known = heads.Layouts.Map(EventType, Columns);
            Volatile.Write(ref _heads, known);
        }

        return known;
    }
}
