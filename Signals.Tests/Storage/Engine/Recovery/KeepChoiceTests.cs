using Signals.Storage.Engine.Context;
using Signals.Storage.Engine.Recovery;
using Signals.Storage.Versions;
using Signals.Storage.Wal;
using Signals.Tests.Simulation;

namespace Signals.Tests.Storage.Engine.Recovery;

/// <summary>What a store keeps is the store's: an opening that states nothing inherits it, one that states it replaces it.</summary>
[Category("Fast")]
internal sealed class KeepChoiceTests
{
    private static readonly StoreSchema Schema = StoreSchema.Define(s => s.EventType("e", t => t.Field<int>("n")));
    private static readonly VersionRetention Kept = new()
    {
        Age = TimeSpan.FromDays(2),
        MaxBytes = 3 << 20,
        Granularity = TimeSpan.FromSeconds(5),
    };

    private readonly ManualTime _time = new(TestStores.Start);
    private SimFileSystem _files = null!;

    private static EngineOptions Stated => TestStores.Tiny with { OrphanGrace = TimeSpan.FromDays(90), Retention = Kept };

    [SetUp]
    public void NewFolder() => _files = new SimFileSystem();

    [Test]
    public void Open_StatingNothing_InheritsWhatWasStatedLast([Values] bool inTheFirstOpening)
    {
        if (!inTheFirstOpening)
        {
            Open(TestStores.Tiny);
        }

        Open(Stated);
        for (int i = 0; i < 3; i++)
        {
            // The manifest is written anew by each opening.
            AssertKeeps(Open(TestStores.Tiny), TimeSpan.FromDays(90), Kept);
        }
    }

    [Test]
    public void Open_StatingOneSetting_ReplacesItAndInheritsTheOther()
    {
        Open(Stated);
        AssertKeeps(Open(TestStores.Tiny with { OrphanGrace = TimeSpan.Zero }), TimeSpan.Zero, Kept);
        AssertKeeps(Open(TestStores.Tiny with { Retention = VersionRetention.None }), TimeSpan.Zero, null);
        AssertKeeps(Open(TestStores.Tiny), TimeSpan.Zero, null);
        AssertKeeps(Open(TestStores.Tiny with { Retention = Kept }), TimeSpan.Zero, Kept);
        AssertKeeps(Open(TestStores.Tiny), TimeSpan.Zero, Kept);
    }

    [Test]
    public void Open_NeverTold_HasTheDefaultsAndRecordsNone()
    {
        AssertKeeps(Open(TestStores.Tiny), TimeSpan.FromDays(7), null);
        AssertKeeps(Open(TestStores.Tiny), TimeSpan.FromDays(7), null);
        Assert.That(Manifest.Read(new StoreFolder(_files, TestStores.Folder)).Keep, Is.EqualTo(KeepSettings.Unstated));
    }

    /// <summary>A store of a library that recorded no settings: how long its program keeps versions is not known, so they stay.</summary>
    [Test]
    public void Open_VersionsOfAStoreWithoutTheSettings_AllStayUntilOneIsStated([Values] bool marked)
    {
        Open(TestStores.Tiny with { Retention = Kept });
        VersionEdit[] edits = [.. Manifest.Read(new StoreFolder(_files, TestStores.Folder)).Snapshot()];
        edits[0].Keep = null;
        foreach (string name in _files.ListFiles(TestStores.Folder)
            .Where(name => StoreFiles.Classify(name, out _) is StoreFileKind.Manifest or StoreFileKind.Current or StoreFileKind.Log)
            .ToArray())
        {
            _files.Delete(Path.Combine(TestStores.Folder, name));
        }

        using (Manifest old = Manifest.Create(
            new StoreFolder(_files, TestStores.Folder), [.. edits, new VersionEdit { KeepsVersions = marked ? true : null }]))
        {
            LogWriter.Prepare(
                _files, Path.Combine(TestStores.Folder, StoreFiles.Log(old.State.FirstLiveLog)), old.State.FirstLiveLog,
                LogFormat.EmptyBytes);
        }

        EngineOptions found = KeepChoice.Settle(
            new StoreFolder(_files, TestStores.Folder), TestStores.Tiny,
            Manifest.Read(new StoreFolder(_files, TestStores.Folder)));
        Assert.That((found.KeptVersions!.Age, found.KeptVersions.MaxBytes), Is.EqualTo((TimeSpan.FromDays(3650), long.MaxValue)));
        Open(TestStores.Tiny);
        Assert.That(
            Manifest.Read(new StoreFolder(_files, TestStores.Folder)).Keep, Is.EqualTo(KeepSettings.Unstated),
            "what is not known is not recorded");
        AssertKeeps(Open(TestStores.Tiny with { Retention = Kept }), TimeSpan.FromDays(7), Kept);
    }

    [Test]
    public void Open_InMemoryWhereVersionsAreKept_IsRefusedUntouchedUnlessNoneIsStated()
    {
        Open(Stated);
        string[] before = [.. _files.ListFiles(TestStores.Folder)];
        EngineOptions inMemory = TestStores.Tiny with { Durability = Durability.InMemory };
        Assert.That(() => Open(inMemory), Throws.InvalidOperationException.With.Message.Contains("VersionRetention.None"));
        Assert.That(_files.ListFiles(TestStores.Folder), Is.EquivalentTo(before));
        AssertKeeps(Open(inMemory with { Retention = VersionRetention.None }), TimeSpan.FromDays(90), null);
    }

    /// <summary>A crash anywhere in the opening that lets versions go leaves a store that opens, keeping them or not, never half.</summary>
    [Test]
    public void Open_CutWhileVersionsAreLetGo_KeepsThemOrNone()
    {
        Open(Stated);
        int before = _files.OperationCount;
        Open(TestStores.Tiny with { Retention = VersionRetention.None });
        SimRecording run = _files.Recording();
        HashSet<bool> seen = [];
        for (int cut = before; cut <= run.Operations.Count; cut++)
        {
            SimFileSystem crashed = new(run.CrashImage(cut, seed: (ulong)cut), record: false);
            using SignalStore store = TestStores.Open(crashed, Schema, _time);
            bool keeps = store.Engine.History is not null;
            Assert.That(
                crashed.ListFiles(TestStores.Folder).Any(name => StoreFiles.Classify(name, out _) == StoreFileKind.Versions),
                Is.EqualTo(keeps), $"cut {cut}");
            seen.Add(keeps);
        }

        Assert.That(seen, Is.EquivalentTo(new[] { true, false }));
    }

    [Test]
    public void GetErrors_NoneWithoutALog_IsFine()
    {
        Assert.That(new StoreOptions { Durability = Durability.InMemory, VersionRetention = VersionRetention.None }.GetErrors(), Is.Empty);
        Assert.That(new StoreOptions { OrphanGrace = TimeSpan.FromTicks(-1) }.GetErrors().Single(), Does.Contain("OrphanGrace"));
    }

    // Opens and closes; what the store went by.
    private EngineOptions Open(EngineOptions options)
    {
        using SignalStore store = TestStores.Open(_files, Schema, _time, options);
        Assert.That(store.Engine.History is not null, Is.EqualTo(store.Engine.Options.KeptVersions is not null));
        return store.Engine.Options;
    }

    private static void AssertKeeps(EngineOptions found, TimeSpan grace, VersionRetention? versions)
    {
        Assert.That(found.OrphanGrace, Is.EqualTo(grace));
        Assert.That(
            (found.KeptVersions?.Age, found.KeptVersions?.MaxBytes, found.KeptVersions?.Granularity),
            Is.EqualTo((versions?.Age, versions?.MaxBytes, versions?.Granularity)));
    }
}
