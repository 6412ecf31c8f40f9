using System.Globalization;
using Signals.Storage.Engine.Context;
using Signals.Tests.Reliability;
using Signals.Tests.Simulation;
using Signals.Tests.Storage.Engine;

namespace Signals.Tests.Storage.Heads;

/// <summary>
/// A store with heads answers as a store without: whatever comes early, late or twice, is erased, flushed, compacted or evicted between
/// two reads.
/// </summary>
[Category("Reliability")]
internal sealed class HeadDifferentialTests
{
    private const int Users = 6;
    private const int Steps = 120;

    private static readonly StoreSchema Schema = StoreSchema.Define(s =>
    {
        s.EventType("all", t => t.Field<int>("a").Field<byte>("b").EnrichmentVector<float>("v", 20).Window(TimeSpan.FromMinutes(10)));
        s.EventType("few", t => t.Field<int>("a").Text("note").KeepLast(12).Window(TimeSpan.FromMinutes(10)));
        s.EventType("young", t => t.Field<int>("a").MaxAge(TimeSpan.FromMinutes(30)).Window(TimeSpan.FromMinutes(10)));
    });

    private readonly ManualTime _time = new(TestStores.Start);

    [Test]
    public void Read_WithHeadsAndWithout_IsTheSame()
    {
        long made = 0;
        long evicted = 0;
        for (int history = 0; history < TestScale.Of(240); history++)
        {
            ulong seed = 7_700_000 + (ulong)history;
            using SignalStore with = Open(TestStores.Tiny with { HeadCacheBytes = history % 3 == 0 ? 8 << 10 : 1 << 20 });
            using SignalStore without = Open(TestStores.Tiny with { HeadCacheBytes = 0 });
            Run(seed, with, without);
            made += with.GetStats().HeadsMade;
            evicted += with.GetStats().HeadsEvicted;
            Assert.That(without.GetStats().HeadsMade, Is.Zero, "the control has no heads");
        }

        Assert.That(made, Is.GreaterThan(0), "heads were made");
        Assert.That(evicted, Is.GreaterThan(0), "heads were evicted");
    }

    private SignalStore Open(EngineOptions options) => TestStores.Open(new SimFileSystem(record: false), Schema, _time, options);

    private static void Run(ulong seed, SignalStore with, SignalStore without)
    {
        SimRandom random = new(seed);
        SequenceQuery[] queries = Queries(with);
        SequenceQuery[] same = Queries(without);
        long[] newest = new long[Users];
        Array.Fill(newest, TestStores.Start - 3_600_000);
        for (int step = 0; step < Steps; step++)
        {
            ulong change = random.Next();
            Change(new SimRandom(change), with, (long[])newest.Clone());
            Change(new SimRandom(change), without, newest);
            for (int read = 0; read < 4; read++)
            {
                int query = random.Below(queries.Length);
                UserId user = UserId.From((ulong)random.Below(Users) + 1);
                using Sequence expected = without.Read(user, same[query]);
                using Sequence actual = with.Read(user, queries[query]);
                RequireSame(expected, actual, $"seed {seed}, step {step}, query {query}, user {user}");
            }
        }
    }

    private static SequenceQuery[] Queries(SignalStore store) =>
    [
        store.Query("all").Last(10).Columns("a", "b").Build(),
        store.Query("all").Last(40).Columns("b").Build(),
        store.Query("all").Last(600).Columns("a", "v").Build(),
        store.Query("all").Last(20).Columns("a").OldestFirst().Build(),
        store.Query("few").Last(8).Columns("a").Build(),
        store.Query("few").Last(30).Columns("a").Build(),
        store.Query("few").Last(30).Columns("a", "note").Build(),
        store.Query("young").Last(25).Columns("a").Build(),
        store.Query("all", "young").Last(25).Columns("a").Build(),
        store.Query("all", "few", "young").Last(15).Build(),
        store.Query("all").Last(15).Columns("a").Between(At(20), At(45)).Build(),
        store.Query("all", "few").Last(15).Columns("a").Between(At(30), At(60)).Build(),
    ];

    private static DateTimeOffset At(int minute) =>
        DateTimeOffset.FromUnixTimeMilliseconds(TestStores.Start - 3_600_000 + (minute * 60_000L));

    private static void Change(SimRandom random, SignalStore store, long[] newest)
    {
        switch (random.Below(12))
        {
            case 0:
                store.FlushAsync().GetAwaiter().GetResult();
                break;
            case 1:
                store.CompactAsync().GetAwaiter().GetResult();
                break;
            case 2:
                int erased = random.Below(Users);
                long cutoff = newest[erased] - random.Below(100_000);
                UserId user = UserId.From((ulong)erased + 1);
                ValueTask<AppendAck> acknowledged = store.Engine.Appender.EraseAsync(user, cutoff, CancellationToken.None);
                store.Engine.RunPending();
                acknowledged.AsTask().GetAwaiter().GetResult();
                break;
            default:
                Append(random, store, newest);
                break;
        }
    }

    private static void Append(SimRandom random, SignalStore store, long[] newest)
    {
        string type = Schema.EventTypes[random.Below(3)].Name;
        EventBatch batch = store.CreateBatch(type, 64);
        int user = random.Below(Users);
        int rows = 1 + random.Below(random.Below(8) == 0 ? 40 : 5);
        for (int row = 0; row < rows; row++)
        {
            int kind = random.Below(10);
            long time = kind switch
            {
                0 => newest[user] - random.Below(600_000), // late
                1 => newest[user], // of the same time
                _ => newest[user] + 1 + random.Below(20_000),
            };
            newest[user] = Math.Max(newest[user], time);

            // Few ids, so that identities come twice; then with the same values, or with others.
            ulong id = (ulong)random.Below(3);
            long value = random.Below(6) == 0 ? random.Below(100) : (long)id + (time % 50);
            EventRow added = batch.Add(UserId.From((ulong)user + 1), time, id);
            switch (type)
            {
                case "all": added.Set("a", (int)value).Set("b", (byte)value); break;
                case "few": added.Set("a", (int)value).Set("note", value.ToString(CultureInfo.InvariantCulture)); break;
                default: added.Set("a", (int)value); break;
            }
        }

        store.Append(batch);
        store.Engine.RunPending();
    }

    private static void RequireSame(in Sequence expected, in Sequence actual, string where)
    {
        Assert.That(actual.Status, Is.EqualTo(expected.Status), where);
        Assert.That(actual.Times.ToArray(), Is.EqualTo(expected.Times.ToArray()), where);
        Assert.That(actual.Ids.ToArray(), Is.EqualTo(expected.Ids.ToArray()), where);
        Assert.That(actual.EventTypes.ToArray(), Is.EqualTo(expected.EventTypes.ToArray()), where);
        for (int column = 0; column < expected.Query.ColumnNames.Count; column++)
        {
            string name = expected.Query.ColumnNames[column];
            Assert.That(actual.States(name).ToArray(), Is.EqualTo(expected.States(name).ToArray()), $"{where}, states of {name}");
            Assert.That(
                actual.Buffer.Columns[column].Values.ToArray(), Is.EqualTo(expected.Buffer.Columns[column].Values.ToArray()),
                $"{where}, values of {name}");
        }
    }
}
