using Signals.Samples.ConsoleHost.Events;
using Signals.Samples.ConsoleHost.Ingest;
using Signals.Samples.ConsoleHost.Verification;

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
        Assert.That((await CompareAsync((single, model) => model.Add(single))).Count, Is.Zero);

    [Test]
    public async Task Compare_EventMissingInTheStore_IsFound() =>
        await ExpectAsync("user 2, view: 1 events, expected 2", (single, model) =>
        {
            model.Add(single);
            if (single.Id == 1)
            {
                single.Id = 3;
                model.Add(single);
            }
        }, expectCount: null);

    [Test]
    public async Task Compare_TypeThatTheUserDoesNotHave_IsFound() =>
        await ExpectAsync("user 1, click: 1 events, expected 0", (single, model) =>
        {
            if (single.EventType.Name != "click")
            {
                model.Add(single);
            }
        }, expectCount: null);

    [Test]
    public async Task Compare_UserThatTheModelDoesNotKnow_IsFoundByCounting() =>
        await ExpectAsync("the tables hold 9 rows, expected 8 to 8", (single, model) =>
        {
            if (single.Id is not (1 or 10 or 11 or 12))
            {
                model.Add(single);
            }
        }, expectCount: 1);

    [TestCase(0, "column 'item'")]
    [TestCase(1, "column 'country'")]
    [TestCase(2, "column 'v'")]
    public async Task Compare_ChangedColumn_IsFound(int column, string expected) =>
        await ExpectAsync(expected, (single, model) =>
        {
            if (single.Id == 1)
            {
                Flip(single.Reserve(column, single.Bytes(column).Length), single.Bytes(column));
            }
            model.Add(single);
        }, expectCount: 1);

    [Test]
    public async Task Compare_NullInsteadOfAbsent_IsFound() =>
        await ExpectAsync("is -, expected null", (single, model) =>
        {
            if (single.Id == 2)
            {
                single.SetNull(1);
            }
            model.Add(single);
        }, expectCount: 1);

    [Test]
    public async Task Compare_OtherTime_IsFoundInTheTypeAndInTheMergedSequence() =>
        await ExpectAsync("event ", (single, model) =>
        {
            single.TimeMs += single.Id == 1 ? 1 : 0;
            model.Add(single);
        }, expectCount: null);

    [Test]
    public async Task Compare_OneBeyondLastN_IsFound()
    {
        // The store keeps 5 views; a model of a schema that keeps 6 must notice.
        StoreSchema wider = StoreSchema.Define(s => s
            .EventType("view", t => t.Field<int>("item").Text("country").Vector<float>("v", 2).KeepLast(6))
            .EventType("click", t => t.Field<int>("item")));
        Differences differences = await CompareAsync((single, model) => model.Add(single), wider);
        Assert.That(differences.Described, Has.Some.Contains("view: 5 events, expected 6"));
    }

    private static async Task ExpectAsync(string text, Action<SingleEvent, EventModel> add, long? expectCount)
    {
        Differences differences = await CompareAsync(add);
        Assert.That(differences.Count, expectCount is { } count ? Is.EqualTo(count) : Is.GreaterThan(0));
        Assert.That(differences.Described, Has.Some.Contains(text));
    }

    private static async Task<Differences> CompareAsync(Action<SingleEvent, EventModel> add, StoreSchema? modelSchema = null)
    {
        using TemporaryFolder folder = new();
        await using SignalStore store = SignalStore.Open(folder.Store, Schema, new StoreOptions { MaxPastTime = TimeSpan.MaxValue });
        EventModel model = new(modelSchema ?? Schema);
        EventAppender appender = new(store, Schema, new RejectionTally(), probe: null, accepted: null);
        foreach (SingleEvent single in Events())
        {
            if (appender.Add(single))
            {
                await appender.FlushAsync(single.EventType);
            }
            add(single, model);
        }
        await appender.CompleteAsync();
        await store.CompactAsync();
        return new StoreVerifier(model, TimeProvider.System).Compare(store, isCompacted: true);
    }

    /// <summary>User 1 has eight views (ids 10 to 17, more than are kept) and a click; users 2 and 99 have one view each.</summary>
    private static IEnumerable<SingleEvent> Events()
    {
        SingleEvent single = new();
        for (ulong id = 10; id < 18; id++)
        {
            yield return View(single, user: 1, id);
        }
        single.Begin(Schema["click"]);
        (single.User, single.TimeMs, single.Id) = (UserId.From(1), 1_000_000, 20);
        single.Set(0, 7);
        yield return single;
        yield return View(single, user: 2, id: 1);
        yield return View(single, user: 99, id: 0);
        single.Begin(Schema["view"]);
        (single.User, single.TimeMs, single.Id) = (UserId.From(3), 5000, 2);
        yield return single;
    }

    private static SingleEvent View(SingleEvent single, ulong user, ulong id)
    {
        single.Begin(Schema["view"]);
        (single.User, single.TimeMs, single.Id) = (UserId.From(user), 1_000_000 + ((long)id * 1000), id);
        single.Set(0, (int)id);
        single.SetBytes(1, "DE"u8);
        single.SetBytes(2, [0, 0, 0x80, 0x3F, 0, 0, 0, 0x40]);
        return single;
    }

    private static void Flip(Span<byte> destination, ReadOnlySpan<byte> reserved)
    {
        reserved.CopyTo(destination);
        destination.Fill(1);
    }
}
