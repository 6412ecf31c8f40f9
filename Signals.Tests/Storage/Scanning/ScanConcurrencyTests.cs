using Signals.Scanning;

namespace Signals.Tests.Storage.Scanning;

/// <summary>Scans while ingest, flushes, compactions and erasures run: each sees one moment of the store.</summary>
[Category("Fast")]
[NonParallelizable]
internal sealed class ScanConcurrencyTests
{
    private const int Users = 200;
    private const int Rounds = 150;

    private string _path = null!;

    [SetUp]
    public void SetUp() => _path = Directory.CreateTempSubdirectory("signals-scan-").FullName;

    [TearDown]
    public void TearDown() => Directory.Delete(_path, recursive: true);

    /// <summary>Each batch gives every user one event, so a moment of the store is the same number of events for each user.</summary>
    [Test]
    public async Task Scan_WhileEverythingRuns_SeesWholeBatchesUpToOneMoment()
    {
        StoreOptions options = new() { MemTableBytes = 1 << 20, MaxBatchBytes = 64 << 10, LogBytes = 4 << 20, RingBytes = 1 << 20 };
        await using SignalStore store = SignalStore.Open(_path, ScanStore.Schema, options);
        int acknowledged = 0;
        int erased = 0;
        using CancellationTokenSource stop = new();
        Task<int>[] scanners = [.. Enumerable.Range(0, 2).Select(scanner => Task.Run(() =>
        {
            int scans = 0;
            for (; !stop.IsCancellationRequested; scans++)
            {
                Check(store, scanner == 0 ? 1 : 3, ref acknowledged, ref erased);
            }

            return scans;
        }))];
        EventBatch batch = store.CreateBatch("e", Users);
        for (int round = 1; round <= Rounds; round++)
        {
            batch.Clear();
            for (ulong user = 1; user <= Users; user++)
            {
                batch.Add(UserId.From(user), ScanStore.TimeOf(round), (ulong)round).Set("n", round);
            }

            await store.AppendAsync(batch);
            Volatile.Write(ref acknowledged, round);
            if (round % 50 == 0)
            {
                await store.CompactAsync();
                await store.EraseAsync(UserId.From((ulong)round / 50));
                Volatile.Write(ref erased, round / 50);
            }
        }

        await stop.CancelAsync();
        int[] scans = await Task.WhenAll(scanners);
        TestContext.Out.WriteLine($"{scans.Sum()} scans");
        Assert.That(scans, Is.All.GreaterThan(0));
        Assert.That(store.Engine.Reader.Pinned.Count, Is.Zero);
        await store.CompactAsync();
        Assert.That(Directory.GetFiles(_path, "*.tbl"), Has.Length.EqualTo(store.GetTables().Count));
    }

    private static void Check(SignalStore store, int parts, ref int acknowledged, ref int erased)
    {
        int before = Volatile.Read(ref acknowledged);
        int gone = Volatile.Read(ref erased);
        int[] events = new int[Users + 1];
        foreach (EventScan part in store.SplitScan("e", new ScanOptions { Columns = ["n"], BatchRows = 700 }, parts))
        {
            using (part)
            {
                while (part.TryNext(out ScanBatch batch))
                {
                    foreach (ScanRun run in batch.Runs)
                    {
                        Count(batch.Field<int>(0).Slice(run.First, run.Count), ref events[run.User.Low]);
                    }
                }
            }
        }

        // Erased users may have new events; the others have all up to one and the same round.
        int[] others = [.. events.Skip(Volatile.Read(ref erased) + 2).Distinct()];
        Assert.That(others, Has.Length.EqualTo(1), "users have different numbers of events");
        Assert.That(others[0], Is.GreaterThanOrEqualTo(before));
        Assert.That(events[1..(gone + 1)], Is.All.LessThan(Math.Max(1, others[0])));
    }

    // Events come newest first without a gap.
    private static void Count(ReadOnlySpan<int> rounds, ref int events)
    {
        int newest = rounds[0];
        for (int i = 0; i < rounds.Length; i++)
        {
            Assert.That(rounds[i], Is.EqualTo(newest - i));
        }

        events += rounds.Length;
    }
}
