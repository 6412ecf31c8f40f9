using Signals.Core.Schema;

namespace Signals.Storage.Reads;

/// <summary>One event type of a query: how many of its events at most, and where its columns go in the answer.</summary>
/// <param name="EventType">The type as the store knows it.</param>
/// <param name="Last">At most this many events of the type.</param>
/// <param name="Columns">For each output column the index in the event type, or -1 when the type lacks it.</param>
/// <param name="Stored">The indexes of <paramref name="Columns"/> that exist: what is fetched from a block.</param>
/// <param name="Early">Those of <paramref name="Stored"/> that are needed before rows are chosen.</param>
internal sealed record QueryType(EventTypeSchema EventType, int Last, int[] Columns, int[] Stored, int[] Early);
