using Signals.Definitions;
using Signals.Enrichment;
using Signals.Maintenance;
using Signals.Serving;
using Signals.Storage.FileSystem;
using Signals.Storage.Maintenance;
using Signals.Tests.Simulation;
using Signals.Tests.Storage.Engine;

namespace Signals.Tests.Storage.DefinitionServing;

/// <summary>Definitions that are stored with a store: receipts after a restart, copies of a store, replicas, and a damaged file.</summary>
[Category("Fast")]
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
internal sealed class StoredDefinitionsTests
{
    private const string File = TestStores.Folder + "/DEFINITIONS";
    private const string Copy = "/copies/first";
    private static readonly UserId User = UserId.From(1UL);

    private readonly SimFileSystem _files = new(record: false);
    private readonly ManualTime _time = new(TestStores.Start + 3_600_000);

    [Test]
    public void Rebuild_AfterARestartWithoutAnyRegistration_GivesWhatWasServed()
    {
        List<SequenceReceipt> receipts = [];
        using (SignalStore store = Open())
        {
            for (int version = 1; version <= 20; version++)
            {
                store.Definitions.Register(PastStores.Definition(version, size: version));
                PastStores.Append(store, 1, version);
                receipts.Add(Serve(store));
            }

            store.Definitions.Retire(PastStores.Name);
        }

        using SignalStore again = Open();
        Assert.That(again.Definitions.All, Is.Empty, "it is retired");
        for (int i = 0; i < receipts.Count; i++)
        {
            using RebuiltSequence rebuilt = again.Rebuild(receipts[i]);
            Assert.That(rebuilt.Status, Is.EqualTo(RebuildStatus.Exact), $"version {i + 1}, also one that can no longer be activated");
            Assert.That(rebuilt.Sequence.Definition.Version, Is.EqualTo(i + 1));
        }
    }

    [Test]
    public void Rebuild_OfAVersionWhoseReceiptsExpired_IsUnknownAndTheVersionIsForgotten()
    {
        using SignalStore store = Open(new VersionRetention { Age = TimeSpan.FromHours(1) });
        for (int version = 1; version <= 20; version++)
        {
            store.Definitions.Register(PastStores.Definition(version));
        }

        Assert.That(Stored(StoredDefinitionState.Past), Is.EqualTo(new[] { 1, 2, 3, 4 }));
        for (int round = 0; round < 3; round++)
        {
            PastStores.Append(store, 1, round);
            store.CompactAsync().GetAwaiter().GetResult();
            _time.NowMs += 3_600_001;
            store.Engine.RunPending();
        }

        store.Definitions.Register(PastStores.Definition(21));
        Assert.That(Stored(StoredDefinitionState.Past), Is.Empty, "version 5 has just left the list, but was last served long ago");
        Assert.That(Stored(StoredDefinitionState.Kept), Is.EqualTo(Enumerable.Range(6, 15)));
    }

    [Test]
    public void Read_OfAStoredDefinitionThatNeedsAnEnricher_IsRefusedUntilItIsRegistered()
    {
        EnrichmentCatalog catalog = new(new ItemEmbedding());
        using (SignalStore store = TestStores.Open(_files, FeedSample.Schema, _time))
        {
            store.Definitions.Register(FeedSample.Definition(), catalog);
        }

        using SignalStore again = TestStores.Open(_files, FeedSample.Schema, _time);
        DefinitionException refused = Assert.Throws<DefinitionException>(() => again.Read(User, "home_feed"))!;
        Assert.That(refused.Message, Does.Contain("'home_feed' is stored but cannot be used now").And.Contain("embedding"));
        Assert.That(again.Definitions.GetUnusable().Single(), Has.Property(nameof(UnusableDefinition.IsActive)).True);
        Assert.That(again.Definitions.TryFind(FeedSample.Definition().ComputeContentHash(), out _), Is.True);
        Assert.That(again.Definitions.All.Single(), Is.EqualTo(FeedSample.Definition()));
        again.Definitions.Register(FeedSample.Definition(), catalog);
        Assert.That(() => again.Read(User, "home_feed").Dispose(), Throws.Nothing);
    }

    [Test]
    public void Open_WithASchemaOfAnotherStore_KeepsWhatDoesNotFit()
    {
        using (SignalStore store = Open())
        {
            store.Definitions.Register(PastStores.Definition());
        }

        byte[] stored = Bytes(File);
        SimFileSystem other = new(record: false);
        StoreSchema schema = StoreSchema.Define(s => s.EventType("click", t => t.Field<int>("n")));
        TestStores.Open(other, schema, _time).Dispose();
        using (IFile file = other.Open(File, FileOpenMode.CreateNew))
        {
            file.Write(0, stored);
        }

        using SignalStore unfit = TestStores.Open(other, schema, _time);
        Assert.That(() => unfit.Read(User, PastStores.Name), Throws.TypeOf<DefinitionException>().With.Message.Contains("view"));
        unfit.Definitions.Register(SequenceDefinition.Create("clicks").OwnedBy("t").From("click", c => c.Last(1)).Size(1).Build());
        Assert.That(unfit.Definitions.GetUnusable().Single().Name, Is.EqualTo(PastStores.Name), "written again, and not lost");
    }

    [Test]
    public void Copies_OfAStore_HaveItsDefinitions([Values] bool isReadOnly)
    {
        using SignalStore store = Open();
        store.Definitions.Register(PastStores.Definition());
        store.Definitions.Register(PastStores.Definition(2));
        store.Definitions.RollBack(PastStores.Name);
        if (isReadOnly)
        {
            using ReadOnlyStore looker = ReadOnlyStore.Open(_files, TestStores.Folder, new ReadOnlyOptions());
            Assert.That(looker.GetDefinitions().Select(one => one.Version), Is.EqualTo(new[] { 1, 2 }));
            looker.CheckpointAsync(Copy).GetAwaiter().GetResult();
            store.Definitions.Register(PastStores.Definition(3));
            Assert.That(looker.GetDefinitions().Select(one => one.State), Is.EqualTo(new[]
            {
                StoredDefinitionState.Kept, StoredDefinitionState.Kept, StoredDefinitionState.Active,
            }));
        }
        else
        {
            store.CheckpointAsync(Copy).GetAwaiter().GetResult();
            store.Definitions.Register(PastStores.Definition(3));
        }

        using SignalStore copy = SignalStore.Open(_files, Copy, PastStores.Schema, TestStores.Tiny, _time);
        Assert.That(
            copy.Definitions.GetVersions(PastStores.Name).Select(one => (one.Definition.Version, one.IsActive)),
            Is.EqualTo(new[] { (1, true), (2, false) }));
        Assert.That(copy.Verify().Problems, Is.Empty);
    }

    [Test]
    public void Open_AfterACrashInAReplacement_DeletesWhatWasWritten()
    {
        using (SignalStore store = Open())
        {
            store.Definitions.Register(PastStores.Definition());
        }

        using (IFile left = _files.Open(File + ".tmp", FileOpenMode.CreateNew))
        {
            left.Write(0, Bytes(File).AsSpan(0, 20));
        }

        using SignalStore again = Open();
        Assert.That(_files.FileExists(File + ".tmp"), Is.False);
        Assert.That(again.Definitions.All, Has.Count.EqualTo(1));
    }

    [Test]
    public void Damage_OfTheFile_RefusesTheOpeningNamesItAndLeavesTheEvents()
    {
        using (SignalStore store = Open())
        {
            store.Definitions.Register(PastStores.Definition());
            PastStores.Append(store, 1, 1, 2, 3);
        }

        byte[] good = Bytes(File);
        byte[] bad = [.. good];
        bad[^1] ^= 1;
        Replace(bad);
        CorruptionException error = Assert.Throws<CorruptionException>(() => Open())!;
        Assert.That(error.File, Is.EqualTo(File));
        using (ReadOnlyStore looker = ReadOnlyStore.Open(_files, TestStores.Folder, new ReadOnlyOptions()))
        {
            using Sequence events = looker.Read(User, looker.Query("view").Last(10).Build());
            Assert.That(events.Count, Is.EqualTo(3));
            Assert.That(() => looker.GetDefinitions(), Throws.TypeOf<CorruptionException>());
            VerifyReport report = looker.VerifyAsync().GetAwaiter().GetResult();
            Assert.That(report.Problems.Single().File, Is.EqualTo(File));
        }

        SalvageReport salvaged = StoreSalvage.Run(_files, TestStores.Folder, "/salvaged", null, CancellationToken.None);
        Assert.That(salvaged.Losses.Single().File, Is.EqualTo(File));
        _files.Delete(File);
        using (SignalStore without = Open())
        {
            Assert.That(without.Definitions.All, Is.Empty);
        }

        Replace(good);
        StoreSalvage.Run(_files, TestStores.Folder, "/whole", null, CancellationToken.None);
        using SignalStore whole = SignalStore.Open(_files, "/whole", PastStores.Schema, TestStores.Tiny, _time);
        Assert.That(whole.Definitions.All, Has.Count.EqualTo(1));
    }

    /// <summary>One was a replica before and was changed by hand, the other is new. Both follow the log to the same position.</summary>
    [Test]
    public void Replicas_AtTheSamePosition_GiveEqualReceipts()
    {
        SimFileSystem others = new(record: false);
        using (SignalStore store = Open())
        {
            store.Definitions.Register(PastStores.Definition(1, size: 1));
            store.Definitions.Register(PastStores.Definition(2, size: 2));
            store.Definitions.Activate(PastStores.Name, 1);
            store.Definitions.Register(LogDefinition(1) with { Description = "registered by hand before the log had it" });
        }

        using (SignalStore store = Open())
        {
            FollowLog(store);
            store.Definitions.RollBack("of_the_log");
        }

        using SignalStore old = Open();
        using SignalStore young = Open(files: others);
        foreach (SignalStore replica in (SignalStore[])[old, young])
        {
            replica.Definitions.Register(PastStores.Definition(2, size: 2)); // the program registers the same on every machine
            FollowLog(replica);
            PastStores.Append(replica, 1, 1, 2, 3);
        }

        foreach (string name in (string[])[PastStores.Name, "of_the_log"])
        {
            SequenceReceipt one = Serve(old, name);
            SequenceReceipt other = Serve(young, name);
            Assert.That(
                (one.Definition, one.Length, one.Checksum, one.Position),
                Is.EqualTo((other.Definition, other.Length, other.Checksum, other.Position)), name);
        }

        Assert.That(old.Definitions.All, Is.EqualTo(young.Definitions.All));

        static void FollowLog(SignalStore replica)
        {
            replica.Definitions.FollowLog();
            replica.Definitions.RegisterFromLog(LogDefinition(1));
            replica.Definitions.RegisterFromLog(LogDefinition(2));
        }

        static SequenceDefinition LogDefinition(int version) => PastStores.Definition(version) with { Name = "of_the_log", Owner = "log" };
    }

    [Test]
    public async Task Register_FromManyThreads_IsOneAfterTheOtherAndAllIsStored()
    {
        using (SignalStore store = Open())
        {
            await Task.WhenAll(Enumerable.Range(0, 4).Select(thread => Task.Run(() =>
            {
                for (int version = 1; version <= 10; version++)
                {
                    store.Definitions.Register(PastStores.Definition(version) with { Name = $"feed{thread}" });
                    store.Definitions.RollBack($"feed{thread}");
                }
            })));
        }

        using SignalStore again = Open();
        Assert.That(again.Definitions.All.Select(one => one.Name), Is.EqualTo(Enumerable.Range(0, 4).Select(thread => $"feed{thread}")));
        Assert.That(again.Definitions.All.Select(one => one.Version), Is.All.EqualTo(1));
        Assert.That(again.Definitions.GetVersions("feed3"), Has.Count.EqualTo(10));
    }

    [Test]
    public void Register_WhenTheStoreFailedOrIsClosed_IsRefused()
    {
        SignalStore store = Open();
        store.Definitions.Register(PastStores.Definition());
        store.Engine.FailStop.Fail(new InvalidOperationException("the disk is gone"));
        Assert.That(() => store.Definitions.Register(PastStores.Definition(2)), Throws.TypeOf<StorePoisonedException>());
        Assert.That(store.Definitions.All.Single().Version, Is.EqualTo(1));
        store.Dispose();
        using SignalStore again = Open();
        again.Dispose();
        Assert.That(() => again.Definitions.Retire(PastStores.Name), Throws.TypeOf<ObjectDisposedException>());
    }

    [Test]
    public void Register_InAStoreInMemory_IsServed()
    {
        using SignalStore store = SignalStore.InMemory(PastStores.Schema);
        store.Definitions.Register(PastStores.Definition());
        Assert.That(() => store.Read(User, PastStores.Name).Dispose(), Throws.Nothing);
    }

    private static SequenceReceipt Serve(SignalStore store, string name = PastStores.Name)
    {
        using ServedSequence served = store.Read(User, name, new ReadOptions { WithReceipt = true });
        return served.Receipt;
    }

    private SignalStore Open(VersionRetention? kept = null, IFileSystem? files = null) => TestStores.Open(
        files ?? _files, PastStores.Schema, _time, TestStores.Tiny with { Retention = kept ?? new VersionRetention() });

    private int[] Stored(StoredDefinitionState state)
    {
        using ReadOnlyStore looker = ReadOnlyStore.Open(_files, TestStores.Folder, new ReadOnlyOptions());
        return [.. looker.GetDefinitions().Where(one => one.State == state).Select(one => one.Version)];
    }

    private byte[] Bytes(string path)
    {
        using IFile file = _files.Open(path, FileOpenMode.Read);
        byte[] bytes = new byte[file.Length];
        file.Read(0, bytes);
        return bytes;
    }

    private void Replace(byte[] bytes)
    {
        if (_files.FileExists(File))
        {
            _files.Delete(File);
        }

        using IFile file = _files.Open(File, FileOpenMode.CreateNew);
        file.Write(0, bytes);
    }
}
