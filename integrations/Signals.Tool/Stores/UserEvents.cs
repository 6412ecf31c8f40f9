using Signals.Tool.Export;

namespace Signals.Tool.Stores;

/// <summary>A user's newest events over several types. Any thread that may use the store.</summary>
internal static class UserEvents
{
    /// <summary>The newest events, newest first, equal times in the order of a read of all the types.</summary>
    public static List<SingleEvent> Newest(ReadOnlyStore store, UserId user, EventTypeSchema[] types, int last) =>
    [
        // Stable: equal times stay in the order of the types' ids and, within one, in that of its read.
        .. types.OrderBy(type => type.Id).SelectMany(type => Read(store, user, type, last))
            .OrderByDescending(single => single.TimeMs).Take(last),
    ];

    private static List<SingleEvent> Read(ReadOnlyStore store, UserId user, EventTypeSchema type, int last)
    {
        using Sequence sequence = store.Read(user, store.Query(type.Name).Last(last).Build());
        List<SingleEvent> records = [];
        for (int row = 0; row < sequence.Count; row++)
        {
            SingleEvent single = new();
            SequenceRecords.Fill(single, user, sequence, type, row);
            records.Add(single);
        }

        return records;
    }
}
