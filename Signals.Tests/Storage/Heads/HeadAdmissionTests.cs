using Signals.Tests.Simulation;
using Signals.Tests.Storage.Engine;

namespace Signals.Tests.Storage.Heads;

/// <summary>Who gets a head, and with how much room: the memory of heads serves as many users as fit.</summary>
[Category("Fast")]
internal sealed class HeadAdmissionTests
{
    private const ulong Users = 1_700;

    private SignalStore _store = null!;
    private SequenceQuery _query = null!;

    [SetUp]
    public void OpenStore()
    {
        StoreSchema schema = StoreSchema.Define(s => s.EventType("e", t => t.Field<int>("a").Window(TimeSpan.FromHours(10))));
        _store = TestStores.Open(
            new SimFileSystem(record: false), schema, new ManualTime(TestStores.Start),
            TestStores.Tiny with { BlockCacheBytes = 8 << 20, HeadCacheBytes = 1 << 20, MemTableBytes = 1 << 20 });
        _query = _store.Query("e").Last(20).Build();
    }

    [TearDown]
    public void CloseStore() => _store.Dispose();

    /// <summary>
    /// Heads of 256 bytes for 1,700 users take two quarters of the megabyte; the others stay ready. Hardly any user finds the bucket full.
    /// </summary>
    [Test]
    public void Read_UsersWithFewEvents_EachGetsAHeadAtTheFirstRead()
    {
        ReadOnce(Users);
        Assert.That(_store.GetStats().Heads, Is.AtLeast(Users - 4));
    }

    /// <summary>Users who are read once do not take the memory from each other without end.</summary>
    [Test]
    public void Read_MoreUsersThanFit_OfThoseReadOnceFewGetAHead()
    {
        ReadOnce(4 * Users);
        Assert.That(_store.GetStats().HeadsMade, Is.LessThan(2 * Users));
    }

    [Test]
    public void Read_UserWhoseEventsComeIn_TheHeadHasRoomForEightMore()
    {
        for (int i = 1; i <= 9; i++)
        {
            Append(1, i);
            Assert.That(Count(1), Is.EqualTo(i));
        }

        Assert.That(_store.GetStats().HeadsMade, Is.EqualTo(1));
    }

    private void ReadOnce(ulong users)
    {
        for (ulong user = 1; user <= users; user++)
        {
            Append(user, 1);
        }

        _store.FlushAsync().GetAwaiter().GetResult();
        for (ulong user = 1; user <= users; user++)
        {
            Assert.That(Count(user), Is.EqualTo(1));
        }
    }

    private void Append(ulong user, int value)
    {
        EventBatch batch = _store.CreateBatch("e");
        batch.Add(UserId.From(user), TestStores.Start + (1_000 * value), (ulong)value).Set("a", value);
        _store.Append(batch);
        _store.Engine.RunPending();
    }

    private int Count(ulong user)
    {
        using Sequence sequence = _store.Read(UserId.From(user), _query);
        return sequence.Count;
    }
}
