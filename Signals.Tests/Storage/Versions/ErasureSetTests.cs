using Signals.Storage.Versions;

namespace Signals.Tests.Storage.Versions;

/// <summary>The newest erasure of each user counts, and a reader beside the writer misses none that was published.</summary>
[Category("Fast")]
internal sealed class ErasureSetTests
{
    [Test]
    public void Add_CutoffsInAnyOrder_KeepsTheLatest()
    {
        var set = new ErasureSet();
        UserId user = UserId.From(7);

        Assert.That(set.Add(user, 100), Is.True);
        Assert.That(set.Add(user, 50), Is.False);
        Assert.That(set.Add(user, 100), Is.False);
        Assert.That(set.CutoffOf(user), Is.EqualTo(100));
        Assert.That(set.Add(user, 200), Is.True);
        Assert.That((set.CutoffOf(user), set.Count, set.Changes), Is.EqualTo((200L, 1, 2L)));
        Assert.That(set.CutoffOf(UserId.From(8)), Is.EqualTo(ErasureSet.NoCutoff));
    }

    [Test]
    public void Add_ManyUsers_EqualsADictionary()
    {
        var random = new Random(42);
        var set = new ErasureSet();
        var model = new Dictionary<UserId, long>();
        for (int i = 0; i < 20_000; i++)
        {
            var user = new UserId((ulong)random.Next(2), (ulong)random.Next(5000));
            long cutoff = random.Next(-1000, 1000);
            set.Add(user, cutoff);
            model[user] = model.TryGetValue(user, out long old) ? Math.Max(old, cutoff) : cutoff;
        }

        Assert.That(set.All().All(e => model[e.User] == e.CutoffMs), Is.True);
        Assert.That(model.All(e => set.CutoffOf(e.Key) == e.Value), Is.True);
        Assert.That(set.Count, Is.EqualTo(model.Count));
    }

    [Test]
    public async Task CutoffOf_WhileTheWriterGrows_NeverMissesAPublishedUser()
    {
        const int Users = 20_000;
        var set = new ErasureSet();
        int published = 0;
        Task writer = Task.Run(() =>
        {
            for (int i = 1; i <= Users; i++)
            {
                set.Add(UserId.From((ulong)i), i);
                Volatile.Write(ref published, i);
            }
        });

        int missed = 0;
        for (int last = 0; last < Users;)
        {
            last = Volatile.Read(ref published);
            missed += last > 0 && set.CutoffOf(UserId.From((ulong)last)) != last ? 1 : 0;
            missed += last > 1 && set.CutoffOf(UserId.From((ulong)(last / 2))) != last / 2 ? 1 : 0;
        }

        await writer;
        Assert.That(missed, Is.Zero);
    }

    [Test]
    public void CutoffOf_AnyUser_AllocatesNothing()
    {
        var set = new ErasureSet();
        set.Add(UserId.From(1), 5);
        long sum = set.CutoffOf(UserId.From(1)) + (set.CutoffOf(UserId.From(2)) & 1);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (ulong i = 0; i < 1000; i++)
        {
            sum += set.CutoffOf(UserId.From(i)) & 1;
        }

        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.Zero);
        Assert.That(sum, Is.EqualTo(6));
    }
}
