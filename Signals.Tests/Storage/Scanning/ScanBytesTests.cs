using Signals.Scanning;
using Signals.Tests.Simulation;

namespace Signals.Tests.Storage.Scanning;

/// <summary>A batch has no more bytes than was asked for, whatever the sizes of texts before it were.</summary>
[Category("Fast")]
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
internal sealed class ScanBytesTests : IDisposable
{
    private const long MostBytes = 20_000;
    private const int Users = 9;

    private readonly SignalStore _store = ScanStore.Open(new SimFileSystem(record: false));

    public void Dispose() => _store.Dispose();

    [Test]
    public void TryNext_SmallTextsThenLargeOnes_StaysWithinBatchBytes(
        [Values] SequenceOrder order, [Values] bool isFlushed, [Values] bool hasCopies, [Values(1UL, 2UL)] ulong seed)
    {
        Fill(seed);
        if (isFlushed)
        {
            _store.FlushAsync().GetAwaiter().GetResult();
        }

        if (hasCopies)
        {
            Fill(seed);
            _store.FlushAsync().GetAwaiter().GetResult();
        }

        List<string> expected = [];
        using (EventScan whole = _store.Scan("e", new ScanOptions { Order = order }))
        {
            while (whole.TryNext(out ScanBatch batch))
            {
                Add(batch, expected);
            }
        }

        List<string> found = [];
        int single = 0;
        int batches = 0;
        using EventScan scan = _store.Scan("e", new ScanOptions { Order = order, BatchBytes = MostBytes });
        for (; scan.TryNext(out ScanBatch batch); batches++)
        {
            single += batch.Count == 1 && batch.Values(1).Length > MostBytes ? 1 : 0;
            int bytes = batch.Values(1).Length;
            Assert.That(batch.Count == 1 || bytes <= MostBytes, Is.True, $"{batch.Count} rows, {bytes} bytes");
            Add(batch, found);
        }

        Assert.That(found, Is.EqualTo(expected));
        Assert.That(expected, Has.Count.EqualTo(Users * 120));
        Assert.That(single, Is.Positive, "an event that is larger alone is given whole");
        Assert.That(batches, Is.InRange(20, expected.Count / 3), "batches are not small without a reason");
    }

    /// <summary>Texts of some events are large, of the next ones small, and each event is in two tables.</summary>
    [Test]
    public void TryNext_StretchesOfLargeTextsInTwoTables_ReadsThemAFewTimes(
        [Values] SequenceOrder order, [Values(1_000, 5_000)] int large, [Values(100, 400)] int stretch)
    {
        const int Events = 1_000;
        SimRandom random = new((ulong)large);
        byte[] noise = new byte[large];
        for (int copy = 0; copy < 2; copy++)
        {
            for (ulong user = 1; user <= 2; user++)
            {
                EventBatch batch = _store.CreateBatch("e");
                for (int i = 0; i < Events; i++)
                {
                    Span<byte> text = noise.AsSpan(0, user == 2 && i / stretch % 2 == 1 ? large - random.Below(9) : 4);
                    foreach (ref byte value in text)
                    {
                        value = (byte)random.Next();
                    }

                    batch.Add(UserId.From(user), ScanStore.TimeOf(i / 3), (ulong)i).Set("n", i).SetBytes("text", text);
                    if (batch.Count == 20)
                    {
                        _store.Append(batch);
                        _store.Engine.RunPending();
                        batch.Clear();
                    }
                }
            }

            _store.FlushAsync().GetAwaiter().GetResult();
        }

        List<string> found = [];
        long before = _store.GetStats().BlockBytesRead;
        using EventScan scan = _store.Scan("e", new ScanOptions { Order = order, BatchBytes = MostBytes });
        int batches = 0;
        for (; scan.TryNext(out ScanBatch batch); batches++)
        {
            Assert.That(batch.Values(1).Length, Is.AtMost(MostBytes));
            for (int row = 0; row < batch.Count; row++)
            {
                found.Add($"{batch.Users[row]} {batch.Ids[row]}");
            }
        }

        StoreStats stats = _store.GetStats();
        TestContext.Out.WriteLine($"{batches} batches, {stats.BlockBytesRead - before:N0} bytes read of {stats.TableBytes:N0}");
        IEnumerable<int> ids = Enumerable.Range(0, Events).OrderByDescending(i => i / 3).ThenBy(i => i);
        string[] expected = [.. from user in new[] { 1, 2 }
            from id in order == SequenceOrder.OldestFirst ? ids.Reverse() : ids
            select $"{UserId.From((ulong)user)} {id}"];
        Assert.That(found, Is.EqualTo(expected));
        Assert.That(stats.BlockBytesRead - before, Is.LessThan(8 * stats.TableBytes));
    }

    /// <summary>Each user has small texts at first, then some that fill a batch, and one that is larger than a batch may be.</summary>
    private void Fill(ulong seed)
    {
        SimRandom random = new(seed);
        for (ulong user = 1; user <= Users; user++)
        {
            EventBatch batch = _store.CreateBatch("e");
            for (int i = 0; i < 120; i++)
            {
                bool isLarge = user > 4 && random.Below(6) == 0;
                int length = user == 7 && i == 60 ? (int)MostBytes + 5 : isLarge ? random.Below(7_000) : random.Below(30);
                batch.Add(UserId.From(user), ScanStore.TimeOf(i / 2), (ulong)i).Set("n", i)
                    .Set("text", new string((char)('a' + (i % 26)), length));
                if (batch.Count == 20)
                {
                    _store.Append(batch);
                    _store.Engine.RunPending();
                    batch.Clear();
                }
            }
        }
    }

    private static void Add(in ScanBatch batch, List<string> lines)
    {
        for (int row = 0; row < batch.Count; row++)
        {
            int hash = batch.Bytes(1, row).Length * 31 + (batch.Bytes(1, row).IsEmpty ? 0 : batch.Bytes(1, row)[0]);
            lines.Add($"{batch.Users[row]} {batch.Times[row]} {batch.Ids[row]} {batch.Field<int>(0)[row]} {hash}");
        }
    }
}
