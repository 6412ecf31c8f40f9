using System.IO.Hashing;
using Signals.Samples.ConsoleHost.Events;
using Signals.Samples.ConsoleHost.Generation;

namespace Signals.Tests.Samples.ConsoleHost.Generation;

[TestFixture]
public sealed class ShoppingEventsTests
{
    private static readonly Retention KeepAll = new(null, null, null);

    [Test]
    public async Task TryRead_ManyEvents_HaveTheStatedShares()
    {
        const int Events = 200_000;
        await using ShoppingEvents source = new(new ShoppingOptions { Events = Events, Users = 10_000 }, KeepAll);
        Dictionary<string, int> types = [];
        Dictionary<ulong, int> users = [];
        HashSet<(ulong, string, long, ulong)> identities = [];
        SingleEvent single = new();
        int behind = 0;
        long newest = 0;
        long farthestBehind = 0;
        while (await source.WaitAsync(default))
        {
            while (source.TryRead(single))
            {
                types[single.EventType.Name] = types.GetValueOrDefault(single.EventType.Name) + 1;
                users[single.User.Low] = users.GetValueOrDefault(single.User.Low) + 1;
                bool isNew = identities.Add((single.User.Low, single.EventType.Name, single.TimeMs, single.Id));
                behind += isNew && single.TimeMs < newest ? 1 : 0;
                farthestBehind = Math.Max(farthestBehind, isNew ? newest - single.TimeMs : 0);
                newest = Math.Max(newest, single.TimeMs);
            }
        }

        int repeats = Events - identities.Count;
        Assert.That(source.Emitted, Is.EqualTo(Events));
        Assert.That(repeats, Is.EqualTo(source.Repeats).And.InRange(Events * 0.009, Events * 0.011));
        Assert.That(source.Late, Is.InRange(Events * 0.047, Events * 0.053));
        Assert.That(behind, Is.InRange(source.Late * 0.99, source.Late));
        Assert.That(farthestBehind, Is.InRange(500_000, 600_000));
        Assert.That(types["view"] / (double)Events, Is.EqualTo(0.80).Within(0.01));
        Assert.That(types["click"] / (double)Events, Is.EqualTo(0.15).Within(0.01));
        Assert.That(types["purchase"] / (double)Events, Is.EqualTo(0.05).Within(0.01));
        Assert.That(users.Values.Max() / (double)Events, Is.InRange(0.05, 0.15), "the busiest user of a Zipf(0.99) over 10,000");
        Assert.That(users, Has.Count.GreaterThan(4_000));
    }

    [Test]
    public async Task TryRead_SameSeed_GivesTheSameEvents()
    {
        ulong first = await FingerprintAsync(7);
        Assert.That(await FingerprintAsync(7), Is.EqualTo(first));
        Assert.That(await FingerprintAsync(8), Is.Not.EqualTo(first));
    }

    [Test]
    public void Draw_ManyRanks_FollowsTheZipfLaw()
    {
        const int Draws = 400_000;
        ZipfRanks ranks = new(1000, 0.99);
        double weights = Enumerable.Range(1, 1000).Sum(r => Math.Pow(r, -0.99));
        int[] counts = new int[1001];
        SampleRandom random = new(3);
        for (int i = 0; i < Draws; i++)
        {
            counts[ranks.Draw(ref random)]++;
        }

        Assert.That(counts[0], Is.Zero);
        foreach (int rank in new[] { 1, 2, 3, 10, 100 })
        {
            double expected = Draws * Math.Pow(rank, -0.99) / weights;
            Assert.That(counts[rank], Is.EqualTo(expected).Within((5 * Math.Sqrt(expected)) + 1), $"rank {rank}");
        }
    }

    [TestCase(1)]
    [TestCase(2)]
    public void Draw_FewRanks_StaysInRange(int count)
    {
        ZipfRanks ranks = new(count, 0.99);
        SampleRandom random = new(1);
        for (int i = 0; i < 1000; i++)
        {
            Assert.That(ranks.Draw(ref random), Is.InRange(1, count));
        }
    }

    [Test]
    public async Task TryRead_AfterWarmUp_AllocatesNothing()
    {
        await using ShoppingEvents source = new(new ShoppingOptions { Events = 100_000, Users = 1000 }, KeepAll);
        SingleEvent single = new();
        await source.WaitAsync(default);
        while (source.TryRead(single))
        {
        }
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 10; i++)
        {
            await source.WaitAsync(default);
            while (source.TryRead(single))
            {
            }
        }
        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.Zero);
        Assert.That(source.Emitted, Is.GreaterThan(40_000));
    }

    private static async Task<ulong> FingerprintAsync(ulong seed)
    {
        await using ShoppingEvents source = new(new ShoppingOptions { Events = 20_000, Users = 500, Seed = seed }, KeepAll);
        XxHash64 hash = new();
        SingleEvent single = new();
        while (await source.WaitAsync(default))
        {
            while (source.TryRead(single))
            {
                hash.Append(BitConverter.GetBytes(single.User.Low));
                hash.Append(BitConverter.GetBytes(single.TimeMs));
                hash.Append(BitConverter.GetBytes(single.Id));
                for (int column = 0; column < single.CellCount; column++)
                {
                    hash.Append([(byte)single.State(column)]);
                    hash.Append(single.Bytes(column));
                }
            }
        }
        return hash.GetCurrentHashAsUInt64();
    }
}
