using Signals.Core.Ingest;
using Signals.Core.Model;
using Signals.Core.Schema;
using Signals.Samples.ConsoleHost.Events;
using Signals.Samples.ConsoleHost.Ingest;
using Signals.Samples.ConsoleHost.Verification;
using Signals.Storage;

namespace Signals.Tests.Samples.ConsoleHost.Verification;

/// <summary>A verifier that finds nothing proves nothing: every kind of difference is planted once.</summary>
[TestFixture]
public sealed class StoreVerifierTests
{
    private static readonly StoreSchema Schema = StoreSchema.Define(s => s
        .EventType("view", t => t.Field<int>("item").Text("country").Vector<float>("v", 2).KeepLast(5))
        .EventType("click", t => t.Field<int>("item")));

    [Test]
    public async Task Compare_SameEvents_FindsNothing() =>
        Assert.That((await CompareAsync((record, model) => model.Add(record))).Count, Is.Zero);

    [Test]
    public async Task Compare_EventMissingInTheStore_IsFound() =>
        await ExpectAsync("user 2, view: 1 events, expected 2", (record, model) =>
        {
            model.Add(record);
            if (record.Id == 1)
            {
                record.Id = 3;
                model.Add(record);
            }
        }, expectCount: null);

    [Test]
    public async Task Compare_TypeThatTheUserDoesNotHave_IsFound() =>
        await ExpectAsync("user 1, click: 1 events, expected 0", (record, model) =>
        {
            if (record.EventType.Name != "click")
            {
                model.Add(record);
            }
        }, expectCount: null);

    [Test]
    public async Task Compare_UserThatTheModelDoesNotKnow_IsFoundByCounting() =>
        await ExpectAsync("the tables hold 9 rows, expected 8 to 8", (record, model) =>
        {
            if (record.Id is not (1 or 10 or 11 or 12))
            {
                model.Add(record);
            }
        }, expectCount: 1);

    [TestCase(0, "column 'item'")]
    [TestCase(1, "column 'country'")]
    [TestCase(2, "column 'v'")]
    public async Task Compare_ChangedColumn_IsFound(int column, string expected) =>
        await ExpectAsync(expected, (record, model) =>
        {
            if (record.Id == 1)
            {
                Flip(record.Reserve(column, record.Bytes(column).Length), record.Bytes(column));
            }
            model.Add(record);
        }, expectCount: 1);

    [Test]
    public async Task Compare_NullInsteadOfAbsent_IsFound() =>
        await ExpectAsync("is -, expected null", (record, model) =>
        {
            if (record.Id == 2)
            {
                record.SetNull(1);
            }
            model.Add(record);
        }, expectCount: 1);

    [Test]
    public async Task Compare_OtherTime_IsFoundInTheTypeAndInTheMergedSequence() =>
        await ExpectAsync("event ", (record, model) =>
        {
            record.TimeMs += record.Id == 1 ? 1 : 0;
            model.Add(record);
        }, expectCount: null);

    [Test]
    public async Task Compare_OneBeyondLastN_IsFound()
    {
        // The store keeps 5 views; a model of a schema that keeps 6 must notice.
        StoreSchema wider = StoreSchema.Define(s => s
            .EventType("view", t => t.Field<int>("item").Text("country").Vector<float>("v", 2).KeepLast(6))
            .EventType("click", t => t.Field<int>("item")));
        Differences differences = await CompareAsync((record, model) => model.Add(record), wider);
        Assert.That(differences.Described, Has.Some.Contains("view: 5 events, expected 6"));
    }

    private static async Task ExpectAsync(string text, Action<EventRecord, EventModel> add, long? expectCount)
    {
        Differences differences = await CompareAsync(add);
        Assert.That(differences.Count, expectCount is { } count ? Is.EqualTo(count) : Is.GreaterThan(0));
        Assert.That(differences.Described, Has.Some.Contains(text));
    }

    private static async Task<Differences> CompareAsync(Action<EventRecord, EventModel> add, StoreSchema? modelSchema = null)
    {
        using TemporaryFolder folder = new();
        await using SignalStore store = SignalStore.Open(folder.Store, Schema, new StoreOptions { MaxPastTime = TimeSpan.MaxValue });
        EventModel model = new(modelSchema ?? Schema);
        EventAppender appender = new(store, Schema, new RejectionTally(), probe: null, accepted: null);
        foreach (EventRecord record in Events())
        {
            if (appender.Add(record))
            {
                await appender.FlushAsync(record.EventType);
            }
            add(record, model);
        }
        await appender.CompleteAsync();
        await store.CompactAsync();
        return new StoreVerifier(model, TimeProvider.System).Compare(store, isCompacted: true);
    }

    /// <summary>User 1 has eight views (ids 10 to 17, more than are kept) and a click; users 2 and 99 have one view each.</summary>
    private static IEnumerable<EventRecord> Events()
    {
        EventRecord record = new();
        for (ulong id = 10; id < 18; id++)
        {
            yield return View(record, user: 1, id);
        }
        record.Begin(Schema["click"]);
        (record.User, record.TimeMs, record.Id) = (UserId.From(1), 1_000_000, 20);
        record.Set(0, 7);
        yield return record;
        yield return View(record, user: 2, id: 1);
        yield return View(record, user: 99, id: 0);
        record.Begin(Schema["view"]);
        (record.User, record.TimeMs, record.Id) = (UserId.From(3), 5000, 2);
        yield return record;
    }

    private static EventRecord View(EventRecord record, ulong user, ulong id)
    {
        record.Begin(Schema["view"]);
        (record.User, record.TimeMs, record.Id) = (UserId.From(user), 1_000_000 + ((long)id * 1000), id);
        record.Set(0, (int)id);
        record.SetBytes(1, "DE"u8);
        record.SetBytes(2, [0, 0, 0x80, 0x3F, 0, 0, 0, 0x40]);
        return record;
    }

    private static void Flip(Span<byte> destination, ReadOnlySpan<byte> reserved)
    {
        reserved.CopyTo(destination);
        destination.Fill(1);
    }
}
