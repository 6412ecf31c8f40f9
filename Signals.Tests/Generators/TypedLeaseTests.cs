namespace Signals.Tests.Generators;

/// <summary>What typed reads and appends allocate, and what they do after the lease of a read has ended.</summary>
[Category("Fast")]
[NonParallelizable]
internal sealed class TypedLeaseTests
{
    private static readonly UserId Alice = UserId.From("alice");

    private TypedStore _own = null!;

    [OneTimeSetUp]
    public async Task Fill()
    {
        _own = new TypedStore();
        DateTimeOffset now = TypedStore.Now;
        Half[] vector = [Half.One, Half.Zero, Half.One, Half.Zero];
        Visit[] visits = [.. Enumerable.Range(0, 100).Select(i => new Visit(Alice, now.AddSeconds(-i), (ulong)i)
        {
            Item = i, DwellSeconds = i, Embedding = vector, Country = "pt",
        })];
        await _own.Store.AppendAsync(visits);
        Click[] clicks = [.. Enumerable.Range(0, 100).Select(i => new Click
        {
            Member = Alice, TimeMs = now.AddSeconds(-i).ToUnixTimeMilliseconds(), Id = (ulong)i, Item = i, Seconds = i,
        })];
        await _own.Store.AppendAsync(clicks);
    }

    [OneTimeTearDown]
    public void Close() => _own.Dispose();

    [Test]
    public void Read_EventsOfNumbers_AllocatesNothing() => Assert.That(Allocated(() => SumOfClicks(_own.Store)), Is.Zero);

    [Test]
    public void Read_RowsOfAnyEvent_AllocatesNothing() => Assert.That(Allocated(() => SumOfRows(_own.Store)), Is.Zero);

    [Test]
    public void Read_EventsWithVectors_AllocatesOneArrayForEachColumn()
    {
        const int Texts = 100 * 32;
        const int Vectors = (100 * 4 * 2) + 24;
        Assert.That(Allocated(() => SumOfVisits(_own.Store)), Is.EqualTo(Texts + Vectors));
    }

    [Test]
    public void Add_ToABatch_AllocatesNothing()
    {
        EventBatch batch = _own.Store.CreateBatch<Visit>();
        Visit visit = new(Alice, TypedStore.Now, 1) { Item = 7, DwellSeconds = 1, Embedding = new Half[4], Country = "pt" };
        Assert.That(Allocated(() => Fill(batch, visit)), Is.Zero);

        static long Fill(EventBatch batch, in Visit visit)
        {
            batch.Clear();
            for (int i = 0; i < 100; i++)
            {
                batch.Add(visit);
            }

            return batch.Count;
        }
    }

    [Test]
    public void Foreach_AtItsEnd_EndsTheLease()
    {
        EventSequence<Click> clicks = _own.Store.Query<Click>().Last(3).Read(Alice);
        foreach (Click click in clicks)
        {
            Assert.That(click.Member, Is.EqualTo(Alice));
        }

        bool isEnded = false;
        try
        {
            _ = clicks.Count;
        }
        catch (ObjectDisposedException)
        {
            isEnded = true; // expected
        }

        Assert.That(isEnded, Is.True);
        clicks.Dispose(); // a second time does nothing
    }

    [Test]
    public void MoveNext_AfterTheLeaseEnded_Throws()
    {
        EventSequence<Click> clicks = _own.Store.Query<Click>().Read(Alice);
        EventEnumerator<Click> walk = clicks.GetEnumerator();
        EventRowEnumerator<Click, Click.Row> rows = clicks.As<Click.Row>();
        Assert.That(walk.MoveNext() && rows.MoveNext(), Is.True);
        clicks.Dispose();
        int refused = 0;
        try
        {
            walk.MoveNext();
        }
        catch (ObjectDisposedException)
        {
            refused++; // expected
        }

        try
        {
            rows.MoveNext();
        }
        catch (ObjectDisposedException)
        {
            refused++; // expected
        }

        Assert.That(refused, Is.EqualTo(2));
    }

    [Test]
    public void Current_AfterTheLeaseEnded_ThrowsAndChangesNoLaterAnswer()
    {
        EventEnumerator<Click> walk = _own.Store.Query<Click>().Read(Alice).GetEnumerator();
        Assert.That(walk.MoveNext(), Is.True);
        walk.Dispose();
        bool isRefused = false;
        try
        {
            _ = walk.Current;
        }
        catch (ObjectDisposedException)
        {
            isRefused = true; // expected
        }

        Assert.That(isRefused, Is.True);
    }

    [Test]
    public void Events_AfterTheLeaseEnded_KeepTheirValues()
    {
        Visit[] kept = _own.Store.Query<Visit>().Last(10).OldestFirst().Read(Alice).ToArray();
        Visit first = default;
        foreach (Visit visit in _own.Store.Query<Visit>().Last(10).OldestFirst().Read(Alice))
        {
            first = first == default ? visit : first;
        }

        for (int i = 0; i < 10; i++)
        {
            SumOfRows(_own.Store); // uses the memory again, in another order
        }

        Assert.That(first.Embedding.ToArray(), Is.EqualTo(kept[0].Embedding.ToArray()).And.Contain(Half.One));
        Assert.That((first.Item, first.Country), Is.EqualTo((9L, "pt")));
    }

    // The first calls compile and fill pools. The smallest of a few later ones is what the read itself takes.
    private static long Allocated(Func<long> call)
    {
        long least = long.MaxValue;
        long sum = 0;
        for (int i = 0; i < 50; i++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            sum += call();
            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        Assert.That(sum, Is.Positive);
        return least;
    }

    private static long SumOfClicks(SignalStore store)
    {
        long sum = 1;
        foreach (Click click in store.Query<Click>().Last(100).Read(Alice))
        {
            sum += click.Item + (click.Seconds is { } seconds ? (long)seconds : 0);
        }

        return sum;
    }

    private static long SumOfVisits(SignalStore store)
    {
        long sum = 1;
        foreach (Visit visit in store.Query<Visit>().Last(100).Read(Alice))
        {
            sum += visit.Item + visit.Embedding.Length;
        }

        return sum;
    }

    private static long SumOfRows(SignalStore store)
    {
        long sum = 1;
        foreach (Visit.Row visit in store.Query<Visit>().Last(100).Read(Alice).As<Visit.Row>())
        {
            sum += visit.Item + visit.Embedding.Length + visit.CountryUtf8.Length + (long)(visit.ItemPrice ?? visit.DwellSeconds ?? 0);
        }

        return sum;
    }
}
