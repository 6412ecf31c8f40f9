using System.Diagnostics.Metrics;
using System.Runtime.InteropServices;
using Signals.Core.Columns;
using Signals.Core.Serving;
using Signals.Definitions;
using Signals.Enrichment;
using Signals.Offline;
using Signals.Serving;
using Signals.Storage.Primitives;
using Signals.Tests.Simulation;
using Signals.Tests.Storage.Engine;

namespace Signals.Tests.Storage.DefinitionServing;

/// <summary>Receipts: what they give again, and each reason for which they give nothing.</summary>
[Category("Fast")]
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
internal sealed class ReceiptTests
{
    private static readonly UserId User = UserId.From(1UL);

    private readonly SimFileSystem _files = new(record: false);
    private readonly ManualTime _time = new(TestStores.Start + 3_600_000);

    [Test]
    public async Task Rebuild_AfterLateEventsAndMerges_GivesWhatWasServed()
    {
        using SignalStore store = PastStores.Open(_files, _time);
        PastStores.Append(store, 1, 1, 3, 5);
        SequenceReceipt receipt = Serve(store);
        PastStores.Append(store, 1, 2, 4, 6);
        await store.CompactAsync();
        _time.NowMs += 7_200_000;
        Assert.That(Serve(store).Length, Is.EqualTo(6));
        using RebuiltSequence rebuilt = store.Rebuild(receipt);
        Assert.That(rebuilt.Status, Is.EqualTo(RebuildStatus.Exact));
        Assert.That(PastStores.Minutes(rebuilt.Sequence), Is.EqualTo(new[] { 5, 3, 1 }));
        Assert.That(rebuilt.Sequence.Text("note", 0), Is.EqualTo("m5"));
        Assert.That(rebuilt.Sequence.NowMs, Is.EqualTo(receipt.AsOfMs), "ages go by the time of the read");
    }

    [Test]
    public async Task Rebuild_AfterReopen_GivesWhatWasServed()
    {
        SequenceReceipt receipt;
        using (SignalStore store = PastStores.Open(_files, _time))
        {
            PastStores.Append(store, 1, 1, 3);
            receipt = Serve(store);
            PastStores.Append(store, 1, 5);
            await store.CompactAsync();
        }

        using SignalStore again = PastStores.Open(_files, _time);
        await again.CompactAsync();
        using RebuiltSequence rebuilt = again.Rebuild(receipt);
        Assert.That(PastStores.Minutes(rebuilt.Sequence), Is.EqualTo(new[] { 3, 1 }));
    }

    [Test]
    public async Task Rebuild_OlderThanTheAge_SaysExpiredAndItsFilesAreGone()
    {
        using SignalStore store = PastStores.Open(_files, _time, new VersionRetention { Age = TimeSpan.FromHours(1) });
        PastStores.Append(store, 1, 1, 3);
        SequenceReceipt receipt = Serve(store);
        for (int round = 0; round < 3; round++)
        {
            PastStores.Append(store, 1, 10 + round);
            await store.CompactAsync();
        }

        int kept = _files.ListFiles(TestStores.Folder).Count;
        Assert.That(Status(store, receipt), Is.EqualTo(RebuildStatus.Exact));
        _time.NowMs += 3_600_001;
        store.Engine.RunPending();
        Assert.That(Status(store, receipt), Is.EqualTo(RebuildStatus.Expired));
        Assert.That(() => store.Rebuild(receipt).Sequence, Throws.InvalidOperationException.With.Message.Contains("Expired"));
        Assert.That(_files.ListFiles(TestStores.Folder), Has.Count.LessThan(kept));
    }

    [Test]
    public async Task Rebuild_BeyondMaxBytes_SaysExpired()
    {
        using SignalStore store = PastStores.Open(_files, _time, new VersionRetention { MaxBytes = 100_000 });
        PastStores.Append(store, 1, 1, 3);
        SequenceReceipt receipt = Serve(store);
        for (int round = 0; round < 10; round++)
        {
            PastStores.Append(store, 1, 10 + round);
            await store.FlushAsync();
            store.Engine.RunPending();
        }

        Assert.That(Status(store, receipt), Is.EqualTo(RebuildStatus.Expired));
        Assert.That(Status(store, Serve(store)), Is.EqualTo(RebuildStatus.Exact));
        Assert.That(store.GetStats().KeptBytes, Is.InRange(1, 100_000));
        Assert.That(store.GetStats().KeptVersions, Is.InRange(2, 4));
    }

    [Test]
    public async Task Rebuild_OfAUserErasedSince_IsRefusedAtOnceAndExpiredWhenCleaned()
    {
        using SignalStore store = PastStores.Open(_files, _time);
        PastStores.Append(store, 1, 1, 3);
        PastStores.Append(store, 2, 1, 3);
        SequenceReceipt receipt = Serve(store);
        SequenceReceipt other = Serve(store, 2);
        ValueTask<AppendAck> erased = store.EraseAsync(User);
        store.Engine.RunPending();
        await erased;
        Assert.That(Status(store, receipt), Is.EqualTo(RebuildStatus.ErasedUser));
        Assert.That(Status(store, other), Is.EqualTo(RebuildStatus.Exact));
        await store.CompactAsync();
        Assert.That(Status(store, receipt), Is.EqualTo(RebuildStatus.Expired));
        Assert.That(Status(store, other), Is.EqualTo(RebuildStatus.Expired), "its files held the erased user, too");
        _time.NowMs += 100_000_000;
        PastStores.Append(store, 1, 1700);
        SequenceReceipt again = Serve(store);
        Assert.That(Status(store, again), Is.EqualTo(RebuildStatus.Exact), "a user who comes again is served and rebuilt");
        await store.CompactAsync();
        Assert.That(Status(store, again), Is.EqualTo(RebuildStatus.Exact), "nothing was erased since the last cleaning");
    }

    [Test]
    public async Task Rebuild_EventThatCameWhenItsPatchWasDropped_IsWithoutIt()
    {
        SimFileSystem files = ImportStore.NewFiles(record: false);
        using SignalStore store = TestStores.Open(
            files, PastStores.Schema, _time,
            TestStores.Tiny with { Retention = new VersionRetention(), OrphanGrace = TimeSpan.FromHours(1) });
        store.Definitions.Register(PastStores.Definition());
        PastStores.Append(store, 1, 1);
        using (SegmentWriter writer = SegmentWriter.Create(
            files, ImportStore.Segment, store.Schema["view"], new SegmentOptions { Generation = 1, Source = "test" }))
        {
            writer.Correct(User, TestStores.Start + 180_000, 1).Set("note", "corrected");
            writer.Finish();
        }

        await store.ImportAsync(ImportStore.Segment);
        await store.CompactAsync();
        _time.NowMs += 2 * 3_600_000;
        await store.CompactAsync();
        Assert.That(store.GetOrphanReport().Sources.Sum(source => source.Dropped), Is.EqualTo(1));
        PastStores.Append(store, 1, 3);
        using ServedSequence served = store.Read(User, PastStores.Name, new ReadOptions { WithReceipt = true });
        Assert.That(served.Text("note", 0), Is.EqualTo("m3"));
        Assert.That(Status(store, served.Receipt), Is.EqualTo(RebuildStatus.Exact));
    }

    [Test]
    public void Rebuild_DefinitionNotKept_SaysSo()
    {
        using SignalStore store = PastStores.Open(_files, _time);
        PastStores.Append(store, 1, 1);
        SequenceReceipt receipt = Serve(store);
        store.Definitions.Register(PastStores.Definition(2, size: 30));
        Assert.That(Status(store, receipt), Is.EqualTo(RebuildStatus.Exact), "a version that is kept");
        store.Definitions.Remove(PastStores.Name);
        Assert.That(Status(store, receipt), Is.EqualTo(RebuildStatus.UnknownDefinition));
    }

    [Test]
    public void Rebuild_ForgedChecksumLengthPositionOrVersion_IsRefused()
    {
        using SignalStore store = PastStores.Open(_files, _time);
        PastStores.Append(store, 1, 1, 2);
        SequenceReceipt receipt = Serve(store);
        Assert.That(Status(store, receipt with { Checksum = receipt.Checksum + 1 }), Is.EqualTo(RebuildStatus.Different));
        Assert.That(Status(store, receipt with { Length = 1 }), Is.EqualTo(RebuildStatus.Different));
        Assert.That(Status(store, receipt with { Checksum = 1, Status = ServingStatus.Truncated }), Is.EqualTo(RebuildStatus.Incomplete));
        Assert.That(Status(store, receipt with { Position = receipt.Position + 1 }), Is.EqualTo(RebuildStatus.Lost));
        Assert.That(Status(store, receipt with { Position = 0, Version = receipt.Version }), Is.EqualTo(RebuildStatus.Different));
        Assert.That(Status(store, receipt with { Version = receipt.Version + 1 }), Is.EqualTo(RebuildStatus.Expired));
        Assert.That(Status(store, receipt with { User = UserId.From(9UL) }), Is.EqualTo(RebuildStatus.Different));
    }

    [Test]
    public void Rebuild_AfterAPowerCutThatTookTheCommit_SaysLost()
    {
        SimFileSystem files = new();
        SignalStore store = PastStores.Open(files, _time);
        PastStores.Append(store, 1, 1);
        SequenceReceipt receipt = Serve(store);
        SimRecording run = files.Recording();
        store.Engine.Close(abandon: true);

        // What was not synced is gone, and others take its positions.
        using SignalStore again = PastStores.Open(new SimFileSystem(run.CrashImage(run.Operations.Count, seed: 0)), _time);
        PastStores.Append(again, 1, 7);
        PastStores.Append(again, 1, 8);
        Assert.That(again.CommitPosition, Is.GreaterThanOrEqualTo(receipt.Position));
        Assert.That(Status(again, receipt), Is.EqualTo(RebuildStatus.Lost));
    }

    [Test]
    public void ReadTensors_WithReceipts_GivesThoseOfTheSequences()
    {
        using SignalStore store = PastStores.Open(_files, _time);
        for (ulong user = 1; user < 12; user++)
        {
            PastStores.Append(store, user, 1, (int)user);
        }

        UserId[] users = [.. Enumerable.Range(1, 12).Select(user => UserId.From((ulong)user))];
        TensorSet set = new TensorSet().Bind<float>("numbers", new float[12 * 20 * 3]);
        store.ReadTensors(users, PastStores.Name, set, new ReadOptions { WithReceipt = true });
        Assert.That(set.Receipts.ToArray(), Is.EqualTo(users.Select(user => Serve(store, user.Low))));
        store.ReadTensors(users, PastStores.Name, set);
        Assert.That(set.Receipts.IsEmpty);
    }

    [Test]
    public async Task RebuildAsync_ManyInAnyOrder_GivesEachOnce()
    {
        using SignalStore store = PastStores.Open(_files, _time);
        List<SequenceReceipt> receipts = [];
        for (int round = 0; round < 20; round++)
        {
            ulong user = 1 + ((ulong)round % 3);
            PastStores.Append(store, user, round);
            receipts.Insert(round % 2 == 0 ? 0 : receipts.Count, Serve(store, user));
            if (round % 6 == 5)
            {
                await store.FlushAsync();
            }
        }

        int[] counts = new int[20];
        await store.RebuildAsync(receipts.ToArray(), (index, rebuilt) =>
        {
            using (rebuilt)
            {
                counts[index] += rebuilt.Status == RebuildStatus.Exact && rebuilt.Sequence.Count == receipts[index].Length ? 1 : 100;
            }
        });
        Assert.That(counts, Is.All.EqualTo(1));
    }

    [Test]
    public void Receipt_NotAskedForOrNotPossible_IsRefused()
    {
        using SignalStore store = PastStores.Open(_files, _time);
        store.Definitions.Register(SequenceDefinition.Create("host").OwnedBy("tests").From("view", source => source.Last(5))
            .Where(Predicate.Host<float>("dwell", dwell => dwell > 1)).Size(5).Build());
        using ServedSequence plain = store.Read(User, PastStores.Name);
        Assert.That(() => plain.Receipt, Throws.InvalidOperationException.With.Message.Contains("WithReceipt"));
        Assert.That(
            () => store.Read(User, "host", new ReadOptions { WithReceipt = true }),
            Throws.InvalidOperationException.With.Message.Contains("host"));
        Assert.That(
            () => store.Read(User, PastStores.Name, new ReadOptions { WithReceipt = true, AsOf = DateTimeOffset.UnixEpoch }),
            Throws.ArgumentException);

        using SignalStore without = TestStores.Open(new SimFileSystem(), PastStores.Schema, _time);
        without.Definitions.Register(PastStores.Definition());
        Assert.That(
            () => without.Read(User, PastStores.Name, new ReadOptions { WithReceipt = true }),
            Throws.InvalidOperationException.With.Message.Contains("VersionRetention"));
        Assert.That(without.Rebuild(default).Status, Is.EqualTo(RebuildStatus.Expired));
    }

    /// <summary>
    /// Held against a sum made here from the answer, value by value: what both sides of a rebuild leave out, or take from other
    /// rows, they agree on.
    /// </summary>
    [Test]
    public void Checksum_OfChosenRowsApartAndTogether_IsThatOfTheAnswer()
    {
        using SignalStore store = PastStores.Open(_files, _time);
        store.Definitions.Register(SequenceDefinition.Create("plain", 1).OwnedBy("tests").From("view", source => source.Last(20))
            .Where(Predicate.OnColumn("dwell").GreaterThan(0.5)).Size(20).Columns("item", "dwell", "note").Build());
        EventBatch batch = store.CreateBatch("view");
        for (int minute = 0; minute < 12; minute++)
        {
            // The definition passes by what has less than half a second: alone, and in twos and threes.
            EventRow row = batch.Add(User, TestStores.Start + (minute * 60_000L), (ulong)minute)
                .Set("item", (ulong)(100 + minute)).Set("dwell", minute is 2 or 4 or 5 or 9 ? 0.1f : minute);
            _ = minute % 3 == 0 ? row : minute % 3 == 1 ? row.SetNull("note") : row.Set("note", $"m{minute}");
        }

        store.Append(batch);
        store.Engine.RunPending();
        using ServedSequence sequence = store.Read(User, "plain", new ReadOptions { WithReceipt = true });
        Assert.That(PastStores.Minutes(sequence), Is.EqualTo(new[] { 11, 10, 8, 7, 6, 3, 1 }));
        Assert.That(sequence.Receipt.Checksum, Is.EqualTo(SumOf(sequence)));
    }

    [Test]
    public void Checksum_OfAnswersThatDifferInOnePart_Differs()
    {
        HashSet<uint> sums = [];
        Action<EventRow>[] changes =
        [
            _ => { }, row => row.SetNull("note"), row => row.Set("note", ""), row => row.Set("note", "a"),
            row => row.Set("note", "b"), row => row.SetNull("item"), row => row.Set("item", 0UL), row => row.Set("item", 1UL),
        ];
        foreach (Action<EventRow> change in changes)
        {
            using SignalStore store = PastStores.Open(new SimFileSystem(record: false), _time);
            EventBatch batch = store.CreateBatch("view");
            change(batch.Add(User, TestStores.Start, 1).Set("dwell", 1f));
            store.Append(batch);
            store.Engine.RunPending();
            Assert.That(sums.Add(Serve(store).Checksum), $"change {sums.Count}");
        }
    }

    private static uint SumOf(in ServedSequence sequence)
    {
        List<byte> bytes = [];
        bytes.AddRange(MemoryMarshal.AsBytes(sequence.Times));
        bytes.AddRange(MemoryMarshal.AsBytes(sequence.Ids));
        bytes.AddRange(MemoryMarshal.AsBytes(sequence.EventTypes));
        foreach (string name in PlanCompiler.ColumnsThatComeOut(sequence.Definition).Distinct())
        {
            IColumnRows column = sequence.Column(name);
            bytes.AddRange(column.RowStates[..sequence.Count]);
            for (int row = 0; row < sequence.Count; row++)
            {
                bytes.AddRange(column.Type.IsVariable ? BitConverter.GetBytes(column.GetValue(row).Length) : []);
                bytes.AddRange(column.GetValue(row));
            }
        }

        return Crc32C.Append(0, CollectionsMarshal.AsSpan(bytes));
    }

    [Test]
    public void Checksum_OfServingTimeColumns_IsNotPartOfIt()
    {
        TimesStep step = new() { Factor = 3 };
        SequenceDefinition definition = SequenceDefinition.Create("enriched").OwnedBy("tests").From("view", source => source.Last(5))
            .Size(5).Enrich("times", PlacementChoice.Serving).Columns("item", "product").Build();
        using SignalStore store = PastStores.Open(_files, _time);
        store.Definitions.Register(definition, new EnrichmentCatalog(step));
        PastStores.Append(store, 1, 2);
        using ServedSequence served = store.Read(User, "enriched", new ReadOptions { WithReceipt = true });
        Assert.That(served.Field<ulong>("product")[0], Is.EqualTo(6UL));
        step.Factor = 5;
        using RebuiltSequence rebuilt = store.Rebuild(served.Receipt);
        Assert.That(rebuilt.Sequence.Field<ulong>("product")[0], Is.EqualTo(10UL), "it is computed again");
    }

    [Test]
    public void Options_RetentionWithoutALog_AreRefused()
    {
        StoreOptions options = new() { Durability = Durability.InMemory, VersionRetention = new VersionRetention { Age = TimeSpan.Zero } };
        Assert.That(options.GetErrors(), Has.Count.EqualTo(2));
        Assert.That(new StoreOptions { VersionRetention = new VersionRetention() }.GetErrors(), Is.Empty);
        VersionRetention fine = new() { Age = TimeSpan.FromDays(30) };
        Assert.That(new StoreOptions { VersionRetention = fine }.GetErrors().Single(), Does.Contain("Granularity"));
    }

    [Test]
    public void Rebuild_AnothersCommitWasFlushedWhileItWasRead_IsExact()
    {
        InterruptedTime time = new(_time);
        using SignalStore store = PastStores.Open(_files, time);
        using MeterListener listener = new()
        {
            InstrumentPublished = (instrument, listening) =>
            {
                if (instrument.Meter == store.Engine.Telemetry.Meter)
                {
                    listening.EnableMeasurementEvents(instrument); // so that a read looks at the clock between the gate and the view
                }
            },
        };
        listener.Start();
        PastStores.Append(store, 1, 1, 3);
        int flushed = 0;
        time.OnTimestamp = () =>
        {
            PastStores.Append(store, 2, 10 + flushed++);
            store.FlushAsync().GetAwaiter().GetResult();
        };
        SequenceReceipt receipt = Serve(store);
        time.OnTimestamp = null;
        Assert.That(flushed, Is.GreaterThan(1));
        using RebuiltSequence rebuilt = store.Rebuild(receipt);
        Assert.That(rebuilt.Status, Is.EqualTo(RebuildStatus.Exact));
        Assert.That(PastStores.Minutes(rebuilt.Sequence), Is.EqualTo(new[] { 3, 1 }));
    }

    private static SequenceReceipt Serve(SignalStore store, ulong user = 1)
    {
        using ServedSequence sequence = store.Read(UserId.From(user), PastStores.Name, new ReadOptions { WithReceipt = true });
        return sequence.Receipt;
    }

    private static RebuildStatus Status(SignalStore store, SequenceReceipt receipt)
    {
        using RebuiltSequence rebuilt = store.Rebuild(receipt);
        return rebuilt.Status;
    }

    /// <summary>A clock at each look at which something happens, but not while it happens.</summary>
    private sealed class InterruptedTime(TimeProvider inner) : TimeProvider
    {
        public Action? OnTimestamp { get; set; }

        public override long TimestampFrequency => inner.TimestampFrequency;

        public override DateTimeOffset GetUtcNow() => inner.GetUtcNow();

        public override long GetTimestamp()
        {
            Action? happens = OnTimestamp;
            OnTimestamp = null;
            happens?.Invoke();
            OnTimestamp = happens;
            return inner.GetTimestamp();
        }
    }

    private sealed class TimesStep : IEnricher
    {
        private readonly Input<ulong> _item;
        private readonly Output<ulong> _product;

        public TimesStep() => Signature = EnrichmentSignature.Named("times", version: 1).On("view")
            .Input("item", out _item).Output("product", out _product).Build();

        public ulong Factor { get; set; }

        public EnrichmentSignature Signature { get; }

        public void Enrich(EnrichmentBatch batch)
        {
            ColumnView<ulong> items = batch.Read(_item);
            ColumnWriter<ulong> products = batch.Write(_product);
            for (int row = 0; row < batch.Count; row++)
            {
                products.Set(row, items[row] * Factor);
            }
        }
    }
}
