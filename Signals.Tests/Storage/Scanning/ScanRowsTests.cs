using Signals.Offline;
using Signals.Scanning;
using Signals.Storage.Compaction;
using Signals.Tests.Simulation;
using Signals.Tests.Storage.Engine;

namespace Signals.Tests.Storage.Scanning;

/// <summary>Scans of many users, of users larger than a batch, and of damaged tables give what reads give.</summary>
[Category("Fast")]
internal sealed class ScanRowsTests
{
    [TestCase(0UL)]
    [TestCase(1UL)]
    [TestCase(2UL)]
    public async Task Scan_ManyUsersInManyTables_EqualsReads(ulong seed)
    {
        SimRandom random = new(seed);
        using SignalStore store = ScanStore.Open(new SimFileSystem(record: false), ScanStore.Options with
        {
            Compaction = new CompactionOptions { MinRuns = 3, MaxRuns = 8, WindowBytes = seed == 2 ? 1 << 20 : 0 },
            BlockCacheBytes = seed == 0 ? 0 : 1 << 20,
        });
        UserId[] users = [.. Enumerable.Range(0, 400).Select(i => new UserId((ulong)i % 3, (ulong)i * 7))];
        for (int round = 0; round < 12; round++)
        {
            EventBatch batch = store.CreateBatch("e");
            int hour = random.Below(6);
            for (int i = 0; i < 300; i++)
            {
                int minute = (60 * hour) + random.Below(round % 4 == 0 ? 300 : 60);
                EventRow row = batch.AddAny(users[1 + random.Below(399)], ScanStore.TimeOf(minute), (ulong)random.Below(3)).Set("n", i);
                if (random.Coin())
                {
                    row.Set("text", $"round {round} row {i}");
                }
            }

            store.Append(batch);
            store.Engine.RunPending();
            if (round % 3 != 2)
            {
                await store.FlushAsync();
            }
        }

        int events = 0;
        ScanCheck check = ScanCheck.Of(store, users);
        for (int i = 0; i < 6; i++)
        {
            events += check.Ask(ref random, store.Schema["e"], ScanStore.TimeOf(360));
        }

        Assert.That(events, Is.GreaterThan(1_000));
    }

    /// <summary>Pages begin in the middle of a time that many events have, and in the middle of a user.</summary>
    [Test]
    public async Task Scan_UserLargerThanABatch_GivesEachEventOnce(
        [Values] SequenceOrder order, [Values(1, 60)] int minutesApart, [Values] bool merged)
    {
        using SignalStore store = ScanStore.Open(new SimFileSystem(record: false));
        (long, ulong, int)[] events =
            [.. Enumerable.Range(0, 900).Select(i => (ScanStore.TimeOf(i / 300 * minutesApart), (ulong)(i % 300), i))];
        ScanStore.Append(store, "e", 5, events);
        ScanStore.Append(store, 7, 1, 2, 3);
        await store.FlushAsync();
        if (merged)
        {
            ScanStore.Append(store, "e", 5, [.. events.Where(one => one.Item2 % 4 == 0)]);
            ScanStore.Append(store, 3, 1, 2, 3);
        }

        SimRandom random = new((ulong)minutesApart);
        ScanCheck check = ScanCheck.Of(store, [UserId.From(3), UserId.From(5), UserId.From(7)]);
        for (int rows = 3; rows <= 2_000; rows = (rows * 7) + 3)
        {
            ScanOptions options = new() { Order = order, BatchRows = rows };
            check.Ask(ref random, new ScanQuestion(store.Schema["e"], options));
        }
    }

    /// <summary>Most users lie in one table alone; what a segment says of the others is merged.</summary>
    [TestCase("corrects")]
    [TestCase("retracts")]
    [TestCase("inserts")]
    public async Task Scan_AfterASegment_EqualsReads(string does)
    {
        SimFileSystem files = ImportStore.NewFiles(record: false);
        using SignalStore store = ScanStore.Open(files);
        UserId[] users = [.. Enumerable.Range(1, 60).Select(user => UserId.From((ulong)user))];
        Array.ForEach(users, user => ScanStore.Append(store, user.Low, Enumerable.Range(0, 20)));
        await store.FlushAsync();
        SegmentOptions options = new() { Generation = 2, Source = "test" };
        using (SegmentWriter writer = SegmentWriter.Create(files, ImportStore.Segment, store.Schema["e"], options))
        {
            foreach (UserId user in users.Where(user => user.Low % 7 < 2))
            {
                for (int i = 3; i < 20; i += 5)
                {
                    State(writer, does, user, i);
                }
            }

            writer.Finish();
        }

        await store.ImportAsync(ImportStore.Segment);
        SimRandom random = new(7);
        ScanCheck check = ScanCheck.Of(store, users);
        int events = check.Ask(ref random, new ScanQuestion(store.Schema["e"], new ScanOptions { BatchRows = 100 }));
        int stated = users.Count(user => user.Low % 7 < 2) * 4;
        Assert.That(events, Is.EqualTo(1_200 + (does switch { "retracts" => -stated, "inserts" => stated, _ => 0 })));
        for (int i = 0; i < 8; i++)
        {
            check.Ask(ref random, store.Schema["e"], ScanStore.TimeOf(25));
        }
    }

    private static void State(SegmentWriter writer, string does, UserId user, int i)
    {
        switch (does)
        {
            case "corrects":
                writer.Correct(user, ScanStore.TimeOf(i), (ulong)i).Set("n", -i).Set("text", "corrected");
                break;
            case "retracts":
                writer.Retract(user, ScanStore.TimeOf(i), (ulong)i);
                break;
            default:
                writer.Insert(user, ScanStore.TimeOf(i), 100).Set("n", -i);
                break;
        }
    }

    [Test]
    public async Task Scan_LastN_CountsNewerEventsOutsideOfItsTimes()
    {
        using SignalStore store = ScanStore.Open(new SimFileSystem(record: false));
        ScanStore.Append(store, "few", 1, [.. Enumerable.Range(0, 20).Select(i => (ScanStore.TimeOf(i), (ulong)i, i))]);
        await store.FlushAsync();

        using EventScan all = store.Scan("few");
        Assert.That(ScanStore.Rest(all).Select(row => row.N), Is.EqualTo((int[])[19, 18, 17, 16, 15]));
        using EventScan some = store.Scan("few", new ScanOptions { To = DateTimeOffset.FromUnixTimeMilliseconds(ScanStore.TimeOf(17)) });
        Assert.That(ScanStore.Rest(some).Select(row => row.N), Is.EqualTo((int[])[16, 15]));
    }

    [Test]
    public async Task Resume_AfterAReopening_GoesOnBehindTheToken([Values] SequenceOrder order)
    {
        SimFileSystem files = new(record: false);
        ScanToken token;
        List<(ulong User, int N)> first;
        using (SignalStore store = ScanStore.Open(files))
        {
            for (ulong user = 1; user <= 5; user++)
            {
                ScanStore.Append(store, user, Enumerable.Range(0, 10));
            }

            using EventScan scan = store.Scan("e", new ScanOptions { BatchRows = 23, Order = order });
            Assert.That(scan.TryNext(out ScanBatch batch));
            token = ScanToken.Parse(scan.Token!.ToString());
            first = [.. Enumerable.Range(0, 23).Select(i => (i < 10 ? 1UL : i < 20 ? 2UL : 3UL, 0))];
            Assert.That(batch.Count, Is.EqualTo(first.Count));
        }

        using SignalStore again = ScanStore.Open(files);
        await again.CompactAsync();
        ScanStore.Append(again, 1, 50); // before the token in either order of users
        ScanStore.Append(again, 3, 50); // newer than the token's event: only behind it when the oldest comes first
        using EventScan rest = again.Scan("e", new ScanOptions { Order = order, Resume = token });
        int[] ofThree = order == SequenceOrder.NewestFirst ? [6, 5, 4, 3, 2, 1, 0] : [3, 4, 5, 6, 7, 8, 9, 50];
        int[] ten = order == SequenceOrder.NewestFirst ? [.. Enumerable.Range(0, 10).Reverse()] : [.. Enumerable.Range(0, 10)];
        Assert.That(
            ScanStore.Rest(rest),
            Is.EqualTo((List<(ulong, int)>)[.. ofThree.Select(n => (3UL, n)), .. ten.Select(n => (4UL, n)), .. ten.Select(n => (5UL, n))]));
    }

    [Test]
    public void TryNext_ADamagedBlock_NamesTheFileAndEndsTheScan()
    {
        string folder = Directory.CreateTempSubdirectory("signals-scan-").FullName;
        try
        {
            using (SignalStore store = SignalStore.Open(folder, ScanStore.Schema))
            {
                EventBatch batch = store.CreateBatch("e");
                Array.ForEach([.. Enumerable.Range(0, 500)], i => batch.Add(UserId.From(1), ScanStore.TimeOf(i), 1).Set("n", i));
                store.Append(batch);
                store.FlushAsync().GetAwaiter().GetResult();
            }

            string table = Directory.GetFiles(folder, "*.tbl").Single();
            byte[] bytes = File.ReadAllBytes(table);
            bytes[200] ^= 0x10;
            File.WriteAllBytes(table, bytes);
            using SignalStore damaged = SignalStore.Open(folder, ScanStore.Schema);
            using EventScan scan = damaged.Scan("e");
            Assert.That(
                () => scan.TryNext(out _), Throws.InstanceOf<CorruptionException>().With.Property("File").EqualTo(table));
            Assert.That(
                () => scan.TryNext(out _),
                Throws.InvalidOperationException.With.Message.Contains("token").And.InnerException.InstanceOf<CorruptionException>());
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
