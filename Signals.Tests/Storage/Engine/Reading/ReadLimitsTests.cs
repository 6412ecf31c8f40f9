using Signals.Tests.Simulation;

namespace Signals.Tests.Storage.Engine.Reading;

/// <summary>Limits of one read, in place of those that its query was built with.</summary>
[Category("Fast")]
internal sealed class ReadLimitsTests
{
    private static readonly UserId[] Users = [UserId.From(1UL), UserId.From(2UL)];

    [TestCase(3, 2)]
    [TestCase(int.MaxValue, int.MaxValue)]
    public void ReadMany_WithLimits_EqualsAQueryOfTheSameLimits(int lastOfA, int lastOfB)
    {
        using SignalStore store = Filled();
        long from = TestStores.Start + 4;
        long to = TestStores.Start + 90;
        SequenceQuery all = store.Query("a", "b").Build();
        SequenceQuery exact = store.Query("a", "b").Between(from, to).Last("a", lastOfA).Last("b", lastOfB).Build();
        using SequenceBatch limited = store.Engine.Reader.ReadMany(Users, all, [new(from, to, lastOfA), new(from, to, lastOfB)]);
        using SequenceBatch expected = store.ReadMany(Users, exact);
        Assert.That(limited.Times.ToArray(), Is.EqualTo(expected.Times.ToArray()).And.Not.Empty);
        Assert.That(limited.EventTypes.ToArray(), Is.EqualTo(expected.EventTypes.ToArray()));
        Assert.That(limited.Offsets.ToArray(), Is.EqualTo(expected.Offsets.ToArray()));
        Assert.That(limited.Field<int>("n").ToArray(), Is.EqualTo(expected.Field<int>("n").ToArray()));
    }

    [Test]
    public void ReadMany_LimitsOfOneType_LeaveTheOtherAlone()
    {
        using SignalStore store = Filled();
        SequenceQuery all = store.Query("a", "b").Build();
        using SequenceBatch limited = store.Engine.Reader.ReadMany(
            Users.AsSpan(0, 1), all, [new(long.MinValue, long.MaxValue, 1), new(TestStores.Start + 50, long.MaxValue, int.MaxValue)]);
        Assert.That(limited.EventTypes.ToArray().Count(type => type == 0), Is.EqualTo(1));
        Assert.That(
            limited.Times.ToArray().Zip(limited.EventTypes.ToArray()).Where(row => row.Second == 1).Min(row => row.First),
            Is.EqualTo(TestStores.Start + 50));
    }

    private static SignalStore Filled()
    {
        StoreSchema schema = StoreSchema.Define(s => s.EventType("a", t => t.Field<int>("n")).EventType("b", t => t.Field<int>("n")));
        SignalStore store = TestStores.Open(new SimFileSystem(), schema, new ManualTime(TestStores.Start));
        foreach (string type in (string[])["a", "b"])
        {
            EventBatch batch = store.CreateBatch(type);
            for (int i = 0; i < 100; i++)
            {
                batch.Add(Users[i % 2], TestStores.Start + i, (ulong)i).Set("n", i);
            }

            store.Append(batch);
        }

        store.Engine.RunPending();
        return store;
    }
}
