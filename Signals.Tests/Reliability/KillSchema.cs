using System.Globalization;
using Signals.Tests.Simulation;

namespace Signals.Tests.Reliability;

/// <summary>
/// The store of the kill tests: entry n is a batch that follows from n alone, so whoever opens the folder can tell what must be there.
/// Immutable; any thread.
/// </summary>
internal static class KillSchema
{
    public const int Users = 24;
    public const int MaxEvents = 12;
    public const string EventType = "step";
    public const long StartMs = 1_772_323_200_000;
    private const long EntryMs = 20_000;

    public static UserId[] AllUsers { get; } = [.. Enumerable.Range(1, Users).Select(user => UserId.From((ulong)user))];

    public static SignalStore Open(
        string path, Durability durability, VersionRetention? retention = null, int memTableBytes = 64 << 10) => SignalStore.Open(
        path,
        StoreSchema.Define(
            schema => schema.EventType(EventType, type => type.Field<long>("entry").Text("pad").Window(TimeSpan.FromHours(6)))),
        new StoreOptions
        {
            Durability = durability,
            RingBytes = 32 << 10,
            MaxBatchBytes = 4 << 10,
            MemTableBytes = memTableBytes,
            LogBytes = 32 << 10,
            BlockCacheBytes = 4 << 20,
            SyncInterval = TimeSpan.FromMilliseconds(5),
            VersionRetention = retention,
        });

    public static int EventsOf(long entry) => 1 + new SimRandom((ulong)entry).Below(MaxEvents);

    public static void Fill(EventBatch batch, long entry)
    {
        SimRandom random = new((ulong)entry);
        int events = 1 + random.Below(MaxEvents);
        batch.Clear();
        for (int i = 0; i < events; i++)
        {
            // Some events are late by up to a day, so that flushes touch several windows.
            long late = random.Below(10) == 0 ? random.Below(86_400_000) : 0;
            ulong id = ((ulong)entry * MaxEvents) + (ulong)i;
            batch.Add(AllUsers[random.Below(Users)], StartMs + (entry * EntryMs) - late, id)
                .Set("entry", entry)
                .Set("pad", id.ToString("X16", CultureInfo.InvariantCulture));
        }
    }

    /// <summary>The last entry of the prefix that the store holds.</summary>
    /// <param name="store">The store.</param>
    /// <param name="whole">
    /// Up to which entry every event must be there. Behind the last acknowledged one of a store that has failed, a batch may be
    /// half applied until the store is opened again.
    /// </param>
    /// <exception cref="InvalidOperationException">It holds no prefix: an event is missing, or there is one too many.</exception>
    public static long VerifyPrefix(SignalStore store, long whole = long.MaxValue)
    {
        using SequenceBatch rows = store.ReadMany(AllUsers, store.Query(EventType).Build());
        return VerifyPrefix(rows, whole);
    }

    /// <summary>The same of a read-only store.</summary>
    public static long VerifyPrefix(ReadOnlyStore store)
    {
        using SequenceBatch rows = store.ReadMany(AllUsers, store.Query(EventType).Build());
        return VerifyPrefix(rows, long.MaxValue);
    }

    private static long VerifyPrefix(SequenceBatch rows, long whole)
    {
        Dictionary<long, int> events = [];
        ReadOnlySpan<long> entries = rows.Field<long>("entry");
        long last = 0;
        for (int row = 0; row < rows.Count; row++)
        {
            long entry = entries[row];
            string pad = System.Text.Encoding.ASCII.GetString(rows.Bytes("pad", row));
            if ((long)(rows.Ids[row] / MaxEvents) != entry || pad != rows.Ids[row].ToString("X16", CultureInfo.InvariantCulture))
            {
                throw new InvalidOperationException($"Event {rows.Ids[row]} says that it is of entry {entry} and padded '{pad}'.");
            }

            events[entry] = events.GetValueOrDefault(entry) + 1;
            last = Math.Max(last, entry);
        }

        for (long entry = 1; entry <= Math.Min(last, whole); entry++)
        {
            int found = events.GetValueOrDefault(entry);
            if (found != EventsOf(entry))
            {
                throw new InvalidOperationException(
                    $"Of entry {entry}, before the last one {last}, {found} of {EventsOf(entry)} events are there.");
            }
        }

        return last;
    }
}
