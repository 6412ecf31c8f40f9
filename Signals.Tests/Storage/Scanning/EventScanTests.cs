using Signals.Maintenance;
using Signals.Scanning;
using Signals.Storage.Versions;
using Signals.Tests.Simulation;
using Signals.Tests.Storage.Engine;

namespace Signals.Tests.Storage.Scanning;

/// <summary>A scan shows one state of the store, gives everything back, and refuses misuse with an error that helps.</summary>
[Category("Fast")]
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
internal sealed class EventScanTests : IDisposable
{
    private readonly SimFileSystem _files = new(record: false);
    private readonly SignalStore _store;

    public EventScanTests() => _store = ScanStore.Open(_files);

    private string[] TablesOnDisk => [.. _files.ListFiles(TestStores.Folder)
        .Where(name => StoreFiles.Classify(name, out _) is StoreFileKind.Table or StoreFileKind.Segment)];

    private string[] TablesOfNow => [.. _store.Engine.Tables.Tables.Select(table => StoreFiles.FileOf(table.Meta)).Distinct()];

    public void Dispose() => _store.Dispose();

    [Test]
    public void Scan_OfAnEmptyStore_GivesNothing()
    {
        using EventScan scan = _store.Scan("e");

        Assert.That(scan.TryNext(out ScanBatch batch), Is.False);
        Assert.That((batch.Count, scan.Token, scan.Rows), Is.EqualTo((Count: 0, Token: (ScanToken?)null, Rows: 0L)));
        Assert.That(scan.Columns.Select(column => column.Name), Is.EqualTo((string[])["n", "text", "v"]));
        Assert.That(_store.SplitScan("e", null, 8), Has.Count.EqualTo(1));
    }

    [Test]
    public void Scan_OptionsThatDoNotFit_AreRefusedByName()
    {
        ScanToken token = new("few", SequenceOrder.NewestFirst, UserId.From(1), 5, 6);
        Assert.That(() => _store.Scan("none"), Throws.ArgumentException.With.Message.Contains("'none'"));
        Assert.That(() => Scan(new ScanOptions { Columns = ["n", "x"] }), Throws.ArgumentException.With.Message.Contains("'x'"));
        Assert.That(() => Scan(new ScanOptions { Columns = ["n", "n"] }), Throws.ArgumentException.With.Message.Contains("twice"));
        Assert.That(() => Scan(new ScanOptions { Resume = token }), Throws.ArgumentException.With.Message.Contains("'few'"));
        Assert.That(() => Scan(new ScanOptions { BatchRows = 0 }), Throws.InstanceOf<ArgumentOutOfRangeException>());
        Assert.That(() => Scan(new ScanOptions { BatchBytes = 0 }), Throws.InstanceOf<ArgumentOutOfRangeException>());
        Assert.That(() => Scan(new ScanOptions { BatchBytes = (1L << 30) + 1 }), Throws.InstanceOf<ArgumentOutOfRangeException>());
        Assert.That(() => Scan(new ScanOptions { Order = (SequenceOrder)7 }), Throws.InstanceOf<ArgumentOutOfRangeException>());
        Assert.That(
            () => Scan(new ScanOptions { From = DateTimeOffset.UnixEpoch.AddDays(1), To = DateTimeOffset.UnixEpoch }),
            Throws.InstanceOf<ArgumentOutOfRangeException>());
        Assert.That(() => _store.SplitScan("e", null, 0), Throws.InstanceOf<ArgumentOutOfRangeException>());
        Assert.That(() => _store.SplitScan("e", null, 4_097), Throws.InstanceOf<ArgumentOutOfRangeException>());
        Assert.That(_store.Engine.Reader.Pinned.Count, Is.Zero);
    }

    [Test]
    public void Batch_UsedWrongly_ThrowsAndSaysHow()
    {
        ScanStore.Append(_store, 1, 0, 1, 2);
        using EventScan scan = Scan(new ScanOptions { BatchRows = 2 });
        Assert.That(scan.TryNext(out ScanBatch first));
        Assert.That(Error(first, batch => batch.Field<long>(0)), Is.InstanceOf<ArgumentException>().With.Message.Contains("'n' is Int32"));
        Assert.That(Error(first, batch => batch.Vector<float>(2)), Is.InstanceOf<ArgumentException>().With.Message.Contains("'v'"));
        Assert.That(Error(first, batch => batch.Offsets(0)), Is.InstanceOf<ArgumentException>());
        Assert.That(Error(first, batch => batch.FixedBytes(1)), Is.InstanceOf<ArgumentException>().With.Message.Contains("'text' is Text"));
        Assert.That(Error(first, batch => batch.States(3)), Is.InstanceOf<ArgumentOutOfRangeException>());
        Assert.That(Error(first, batch => batch.Bytes(1, 2)), Is.InstanceOf<ArgumentOutOfRangeException>());
        Assert.That(Error(default, batch => _ = batch.Times), Is.InstanceOf<InvalidOperationException>());

        Assert.That(scan.TryNext(out ScanBatch second));
        Assert.That(second.Count, Is.EqualTo(1));
        Assert.That(Error(first, batch => _ = batch.Times), Is.InstanceOf<InvalidOperationException>().With.Message.Contains("TryNext"));
        scan.Dispose();
        scan.Dispose();
        Assert.That(Error(second, batch => _ = batch.Ids), Is.InstanceOf<ObjectDisposedException>());
        Assert.That(() => scan.TryNext(out _), Throws.InstanceOf<ObjectDisposedException>());
    }

    [Test]
    public void TryNext_Cancelled_LosesNothing([Values] SequenceOrder order)
    {
        for (ulong user = 1; user <= 20; user++)
        {
            ScanStore.Append(_store, user, Enumerable.Range(0, 10));
        }

        using EventScan scan = Scan(new ScanOptions { BatchRows = 35, Order = order });
        using CancellationTokenSource stop = new();
        Assert.That(scan.TryNext(out _));
        stop.Cancel();
        Assert.That(() => scan.TryNext(out _, stop.Token), Throws.InstanceOf<OperationCanceledException>());
        Assert.That(scan.Rows, Is.EqualTo(35));
        Assert.That(ScanStore.Rest(scan), Has.Count.EqualTo(165));
    }

    [Test]
    public async Task Scan_StoreChangesMeanwhile_ShowsTheStateOfItsBeginning([Values] bool flushed)
    {
        ulong[] users = [1, 2, 3, 4, 5];
        Array.ForEach(users, user => ScanStore.Append(_store, user, Enumerable.Range(0, 20)));
        if (flushed)
        {
            await _store.FlushAsync();
            Array.ForEach(users, user => ScanStore.Append(_store, user, Enumerable.Range(5, 10)));
        }

        using EventScan scan = Scan(new ScanOptions { Columns = ["n"], BatchRows = 20 });
        Assert.That(scan.TryNext(out ScanBatch first));
        Assert.That(first.Users.ContainsAnyExcept(UserId.From(1)), Is.False);

        // New events, new users, late ones, an erasure, and all files replaced twice.
        for (int round = 0; round < 2; round++)
        {
            Array.ForEach(users, user => ScanStore.Append(_store, user, Enumerable.Range(20 + (round * 9), 9)));
            ScanStore.Append(_store, 9, 1, 2, 3);
            await _store.CompactAsync();
        }

        ValueTask<AppendAck> erased = _store.EraseAsync(UserId.From(4));
        _store.Engine.RunPending();
        await erased;
        await _store.CompactAsync();
        Assert.That(ScanStore.Rest(scan), Is.EqualTo(ScanStore.Newest([2, 3, 5], 20)));
    }

    [Test]
    public async Task Dispose_InTheMiddle_GivesFilesAndMemoryBack()
    {
        ScanStore.Append(_store, 1, Enumerable.Range(0, 100));
        await _store.FlushAsync();
        ScanStore.Append(_store, 2, Enumerable.Range(0, 100));
        int arenas = _store.Engine.TestContents.View.Current.MemTables.Length;
        EventScan scan = Scan(new ScanOptions { BatchRows = 10 });
        Assert.That(scan.TryNext(out _));
        await _store.CompactAsync();
        Assert.That(TablesOnDisk, Has.Length.GreaterThan(TablesOfNow.Length), "the scan needs the tables of its beginning");
        Assert.That(_store.Engine.Reader.Pinned.Count, Is.EqualTo(1));

        scan.Dispose();
        _store.Engine.RunPending();
        Assert.That(TablesOnDisk, Is.EquivalentTo(TablesOfNow));
        Assert.That((_store.Engine.Reader.Pinned.Count, arenas), Is.EqualTo((0, 1)));
        Assert.That(_store.Engine.TestContents.View.Epochs.PendingCount, Is.Zero);
    }

    [Test]
    public async Task Dispose_OfTheStore_EndsItsScans()
    {
        ScanStore.Append(_store, 1, Enumerable.Range(0, 100));
        await _store.FlushAsync();
        IReadOnlyList<EventScan> scans = [Scan(new ScanOptions { BatchRows = 10 }), .. _store.SplitScan("e", null, 3)];
        Assert.That(scans[0].TryNext(out _));
        await _store.CompactAsync();
        _store.Dispose();

        Assert.That(() => scans[0].TryNext(out _), Throws.InstanceOf<ObjectDisposedException>());
        Assert.That(() => scans[1].TryNext(out _), Throws.InstanceOf<ObjectDisposedException>());
        Assert.That(() => _store.Scan("e"), Throws.InstanceOf<ObjectDisposedException>());
        foreach (EventScan scan in scans)
        {
            scan.Dispose();
        }

        using SignalStore again = ScanStore.Open(_files);
        Assert.That(TablesOnDisk, Is.EquivalentTo(again.Engine.Tables.Tables.Select(table => StoreFiles.FileOf(table.Meta))));
        using EventScan whole = again.Scan("e");
        Assert.That(ScanStore.Rest(whole), Has.Count.EqualTo(100));
    }

    [Test]
    public void Scan_OfAStoreThatFailed_GoesOn()
    {
        ScanStore.Append(_store, 1, Enumerable.Range(0, 10));
        _store.Engine.FailStop.Fail(new IOException("the disk is gone"));

        using EventScan scan = _store.Scan("e");
        Assert.That(ScanStore.Rest(scan), Is.EqualTo(ScanStore.Newest([1], 10)));
    }

    [Test]
    public async Task Certificate_WhileAScanHoldsTheUser_IsNotComplete([Values] bool flushed, [Values] bool replaced, [Values] bool merged)
    {
        ScanStore.Append(_store, 1, Enumerable.Range(0, 10));
        if (flushed)
        {
            await _store.FlushAsync();
            ScanStore.Append(_store, 2, Enumerable.Range(0, 10));
            await _store.FlushAsync();
        }

        EventScan scan = _store.Scan("e");
        if (replaced)
        {
            await _store.CompactAsync();
        }

        if (merged)
        {
            ValueTask<AppendAck> before = _store.EraseAsync(UserId.From(1)); // the certificate begins when merges have committed
            _store.Engine.RunPending();
            await before;
            await _store.CompactAsync();
        }

        Task<ErasureCertificate> asked = _store.EraseCertifiedAsync(UserId.From(1));
        await _store.Engine.WhenAppliedAsync(); // takes the erasure in without a merge
        ErasureCertificate certificate = await asked;
        await _store.CompactAsync();
        _store.Engine.RunPending();
        Assert.That(certificate.IsComplete, Is.False, string.Join('\n', certificate.Places));
        Assert.That(ScanStore.Rest(scan).Select(row => row.User), Has.None.EqualTo(1UL));

        scan.Dispose();
        _store.Engine.RunPending();
        Assert.That(certificate.IsComplete, string.Join('\n', certificate.Places));
    }

    [Test]
    public void MostRows_OfParts_AddUpToAllTables()
    {
        for (ulong user = 1; user <= 300; user++)
        {
            ScanStore.Append(_store, user, Enumerable.Range(0, (int)(user % 7) + 1));
        }

        _store.FlushAsync().GetAwaiter().GetResult();
        IReadOnlyList<EventScan> parts = _store.SplitScan("e", null, 5);
        Assert.That(parts, Has.Count.EqualTo(5));
        Assert.That(parts.Sum(part => part.MostRows), Is.EqualTo(Enumerable.Range(1, 300).Sum(user => (user % 7) + 1)));
        Assert.That(parts.Max(part => part.MostRows), Is.LessThan(2 * parts.Min(part => part.MostRows)));
        List<(ulong User, int N)> all = [];
        foreach (EventScan part in parts)
        {
            all.AddRange(ScanStore.Rest(part));
            part.Dispose();
        }

        using EventScan whole = _store.Scan("e");
        Assert.That(all, Is.EqualTo(ScanStore.Rest(whole)));
        Assert.That(_store.Engine.Reader.Pinned.Count, Is.EqualTo(1));
    }

    [Test]
    public void BatchBytes_LargeTexts_EndBatchesEarly()
    {
        string text = new('x', 4_000);
        EventBatch batch = _store.CreateBatch("e");
        for (int i = 0; i < 1_000; i++)
        {
            batch.Add(UserId.From((ulong)(i / 400) + 1), ScanStore.TimeOf(i), (ulong)i).Set("text", text);
            if (batch.Count == 40)
            {
                _store.Append(batch);
                _store.Engine.RunPending();
                batch.Clear();
            }
        }

        using EventScan scan = Scan(new ScanOptions { Columns = ["text"], BatchBytes = 100_000 });
        long most = 0;
        for (int batches = 0; scan.TryNext(out ScanBatch some); batches++)
        {
            most = batches < 2 ? most : Math.Max(most, some.Values(0).Length); // the first rows tell how large the others are
        }

        Assert.That((scan.Rows, most), Is.EqualTo((1_000L, most)));
        Assert.That(most, Is.InRange(20_000, 200_000));
    }

    private EventScan Scan(ScanOptions options) => _store.Scan("e", options);

    private static Exception? Error(ScanBatch batch, Action<ScanBatch> use)
    {
        try
        {
            use(batch);
            return null;
        }
        catch (Exception error)
        {
            return error;
        }
    }
}
