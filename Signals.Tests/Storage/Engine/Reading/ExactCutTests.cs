using System.Collections.Concurrent;
using Signals.Definitions;
using Signals.Serving;

namespace Signals.Tests.Storage.Engine.Reading;

/// <summary>
/// Receipts given while ingest, flush and compaction run: each answer ends at its commit, and is rebuilt when all is over.
/// </summary>
[Category("Fast")]
[NonParallelizable]
internal sealed class ExactCutTests
{
    private const int Users = 8;
    private const int Events = 60_000;
    private const int Last = 30;

    private string _path = null!;

    [SetUp]
    public void SetUp() => _path = Directory.CreateTempSubdirectory("signals-").FullName;

    [TearDown]
    public void TearDown() => Directory.Delete(_path, recursive: true);

    [Test]
    public async Task Receipts_WhileEverythingRuns_EndAtTheirCommitAndAreRebuilt()
    {
        StoreOptions options = new()
        {
            MemTableBytes = 1 << 20,
            MaxBatchBytes = 64 << 10,
            LogBytes = 1 << 20,
            RingBytes = 256 << 10,
            VersionRetention = new VersionRetention { Age = TimeSpan.FromHours(1), Granularity = TimeSpan.FromMilliseconds(10) },
        };
        await using SignalStore store = SignalStore.Open(_path, Schema(), options);
        store.Definitions.Register(
            SequenceDefinition.Create("feed").OwnedBy("tests").From("e", source => source.Last(Last)).Size(Last).Columns("n")
                .Build());
        ConcurrentBag<(SequenceReceipt Receipt, ulong Newest)> given = [];
        int stop = 0;
        Task[] readers = [.. Enumerable.Range(0, 2).Select(reader => Task.Run(() =>
        {
            long next = 0;
            for (int i = reader; Volatile.Read(ref stop) == 0; i++)
            {
                using ServedSequence sequence = store.Read(
                    UserId.From((ulong)(i % Users) + 1), "feed", new ReadOptions { WithReceipt = true });
                SequenceReceipt receipt = sequence.Receipt;
                if (receipt.Position >= next)
                {
                    given.Add((receipt, sequence.Count == 0 ? 0 : sequence.Ids[0]));
                    next = receipt.Position + 4096;
                }
            }
        }))];
        long[] positions = await IngestAsync(store);
        Volatile.Write(ref stop, 1);
        await Task.WhenAll(readers);
        await store.CompactAsync();

        (SequenceReceipt Receipt, ulong Newest)[] all = [.. given];
        foreach ((SequenceReceipt receipt, ulong newest) in all)
        {
            ulong expected = NewestAt(positions, receipt);
            Assert.That(newest, Is.EqualTo(expected), $"{receipt} ends elsewhere");
        }

        ConcurrentDictionary<RebuildStatus, int> seen = [];
        await store.RebuildAsync(all.Select(one => one.Receipt).ToArray(), (_, rebuilt) =>
        {
            seen.AddOrUpdate(rebuilt.Status, 1, (_, count) => count + 1);
            rebuilt.Dispose();
        });
        TestContext.Out.WriteLine(
            $"{all.Length} receipts over {all.Select(one => one.Receipt.Version).Distinct().Count()} versions:"
                + $" {string.Join(", ", seen)}");
        Assert.That(seen.Keys, Is.EquivalentTo(new[] { RebuildStatus.Exact }));
    }

    /// <summary>Events 1, 2, ... of the users in turn, every third of one user; gives the stream position after each.</summary>
    private static async Task<long[]> IngestAsync(SignalStore store)
    {
        long[] positions = new long[Events + 1];
        EventBatch batch = store.CreateBatch("e");
        for (int i = 1; i <= Events; i++)
        {
            batch.Clear();
            batch.Add(UserId.From(UserOf(i)), TestStores.Start + i, (ulong)i).Set("n", i);
            positions[i] = store.Append(batch).Position;
            if (i % 20_000 == 0)
            {
                await store.CompactAsync();
            }
        }

        return positions;
    }

    private static ulong UserOf(int i) => 1 + (ulong)(i % 3 == 0 ? 0 : i % Users);

    private static ulong NewestAt(long[] positions, in SequenceReceipt receipt)
    {
        for (int i = Events; i > 0; i--)
        {
            if (positions[i] <= receipt.Position && UserOf(i) == receipt.User.Low)
            {
                return (ulong)i;
            }
        }

        return 0;
    }

    private static StoreSchema Schema() =>
        StoreSchema.Define(schema => schema.EventType("e", type => type.Field<int>("n").Window(TimeSpan.FromDays(1))));
}
