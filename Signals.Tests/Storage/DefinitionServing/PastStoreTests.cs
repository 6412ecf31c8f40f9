using Signals.Offline;
using Signals.Serving;
using Signals.Storage.FileSystem;
using Signals.Storage.Versions;
using Signals.Storage.Wal;
using Signals.Tests.Simulation;
using Signals.Tests.Storage.Engine;

namespace Signals.Tests.Storage.DefinitionServing;

/// <summary>The store as it was known then, and the past as it is corrected now.</summary>
[Category("Fast")]
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
internal sealed class PastStoreTests
{
    private static readonly UserId User = UserId.From(1UL);

    private readonly SimFileSystem _files = ImportStore.NewFiles(record: false);
    private readonly ManualTime _time = new(TestStores.Start + 3_600_000);

    [Test]
    public async Task OpenPast_AtATime_KnowsWhatWasCommittedByThen()
    {
        using SignalStore store = PastStores.Open(_files, _time);
        PastStores.Append(store, 1, 1, 3);
        DateTimeOffset then = Pass(store, seconds: 10);
        PastStores.Append(store, 1, 2);
        await store.CompactAsync();
        DateTimeOffset later = Pass(store, seconds: 10);
        using (PastStore past = store.OpenPast(then))
        {
            Assert.That(MinutesOf(past), Is.EqualTo(new[] { 3, 1 }), "the late event was not known");
            using Sequence raw = past.Read(User, store.Query("view").Build());
            Assert.That(raw.Count, Is.EqualTo(2));
            using ServedSequence served = past.Read(User, PastStores.Name);
            Assert.That(served.NowMs, Is.EqualTo(then.ToUnixTimeMilliseconds()));
        }

        using PastStore recent = store.OpenPast(later);
        Assert.That(MinutesOf(recent), Is.EqualTo(new[] { 3, 2, 1 }));
    }

    [Test]
    public async Task OpenPast_AtACommit_OrdersImportsBehindIt()
    {
        using SignalStore store = PastStores.Open(_files, _time);
        PastStores.Append(store, 1, 1);
        long before = store.CommitPosition;
        PastStores.Append(store, 1, 3);
        await ImportAsync(store, minute: 2);
        long after = store.CommitPosition;
        using (PastStore past = store.OpenPast(before, _time.GetUtcNow()))
        {
            Assert.That(MinutesOf(past), Is.EqualTo(new[] { 1 }));
            Assert.That(past.Position, Is.EqualTo(before));
        }

        using (PastStore between = store.OpenPast(after - 1, _time.GetUtcNow()))
        {
            Assert.That(MinutesOf(between), Is.EqualTo(new[] { 1 }), "a position inside a commit is the end of the one before");
        }

        using PastStore past2 = store.OpenPast(after, _time.GetUtcNow());
        Assert.That(MinutesOf(past2), Is.EqualTo(new[] { 3, 2, 1 }));
    }

    [Test]
    public async Task OpenPast_UserErasedSince_IsUnknown()
    {
        using SignalStore store = PastStores.Open(_files, _time);
        PastStores.Append(store, 1, 1);
        DateTimeOffset then = Pass(store, seconds: 10);
        using PastStore open = store.OpenPast(then);
        Assert.That(MinutesOf(open), Is.EqualTo(new[] { 1 }));
        ValueTask<AppendAck> erased = store.EraseAsync(User);
        store.Engine.RunPending();
        await erased;
        using ServedSequence gone = open.Read(User, PastStores.Name);
        Assert.That(gone.Status, Is.EqualTo(ServingStatus.UnknownUser));
    }

    [Test]
    public void OpenPast_TooOldOrUnknown_FailsClosed()
    {
        using SignalStore store = PastStores.Open(_files, _time, new VersionRetention { Age = TimeSpan.FromMinutes(1) });
        PastStores.Append(store, 1, 1);
        DateTimeOffset then = Pass(store, seconds: 10);
        Assert.That(() => store.OpenPast(then.AddDays(-1)), Throws.TypeOf<VersionExpiredException>());
        Assert.That(() => store.OpenPast(store.CommitPosition + 8, then), Throws.TypeOf<VersionExpiredException>());
        PastStores.Append(store, 1, 2);
        store.FlushAsync().GetAwaiter().GetResult();
        Pass(store, seconds: 120);
        Assert.That(() => store.OpenPast(then), Throws.TypeOf<VersionExpiredException>());

        using SignalStore without = TestStores.Open(new SimFileSystem(), PastStores.Schema, _time);
        Assert.That(() => without.OpenPast(then), Throws.TypeOf<VersionExpiredException>().With.Message.Contains("VersionRetention"));
    }

    [Test]
    public async Task OpenPast_HeldBeyondItsAge_StaysReadable()
    {
        using SignalStore store = PastStores.Open(_files, _time, new VersionRetention { Age = TimeSpan.FromMinutes(1) });
        PastStores.Append(store, 1, 1);
        await store.CompactAsync();
        PastStores.Append(store, 1, 2);
        DateTimeOffset then = Pass(store, seconds: 10);
        PastStore past = store.OpenPast(then);
        PastStores.Append(store, 1, 3);
        await store.CompactAsync();
        Pass(store, seconds: 120);
        int held = _files.ListFiles(TestStores.Folder).Count;
        Assert.That(MinutesOf(past), Is.EqualTo(new[] { 2, 1 }));
        past.Dispose();
        Assert.That(_files.ListFiles(TestStores.Folder), Has.Count.LessThan(held));
        Assert.That(() => past.Read(User, PastStores.Name), Throws.TypeOf<ObjectDisposedException>());
    }

    [Test]
    public async Task Dispose_AfterTheStore_DeletesNothing()
    {
        SignalStore store = PastStores.Open(_files, _time, new VersionRetention { Age = TimeSpan.FromMinutes(1) });
        PastStores.Append(store, 1, 1);
        await store.CompactAsync();
        DateTimeOffset then = Pass(store, seconds: 10);
        PastStore past = store.OpenPast(then);
        PastStores.Append(store, 1, 3);
        await store.CompactAsync();
        Pass(store, seconds: 120);
        store.Dispose();
        IReadOnlyList<string> held = _files.ListFiles(TestStores.Folder);
        past.Dispose();
        Assert.That(_files.ListFiles(TestStores.Folder), Is.EquivalentTo(held));
        using SignalStore again = PastStores.Open(_files, _time, new VersionRetention { Age = TimeSpan.FromMinutes(1) });
        again.Engine.RunPending();
        Assert.That(
            held.Except(_files.ListFiles(TestStores.Folder)).Where(name => name.EndsWith(".log", StringComparison.Ordinal)),
            Is.Not.Empty, "the next opening clears away what nothing needs");
    }

    [Test]
    public async Task Read_AsOf_HasCorrectionsOfNowAndNoEventAfterIt()
    {
        using SignalStore store = PastStores.Open(_files, _time);
        PastStores.Append(store, 1, 1, 3, 5);
        PastStores.Append(store, 1, 2);
        await ImportAsync(store, minute: 4);
        ReadOptions asOf = new() { AsOf = DateTimeOffset.FromUnixTimeMilliseconds(TestStores.Start + (4 * 60_000)) };
        using ServedSequence corrected = store.Read(User, PastStores.Name, asOf);
        Assert.That(PastStores.Minutes(corrected), Is.EqualTo(new[] { 4, 3, 2, 1 }), "what is at the time itself is in");
        Assert.That(corrected.NowMs, Is.EqualTo(TestStores.Start + (4 * 60_000)));
        using ServedSequence now = store.Read(User, PastStores.Name);
        Assert.That(PastStores.Minutes(now), Is.EqualTo(new[] { 5, 4, 3, 2, 1 }), "the read after it is not bound");
        float[] numbers = new float[20 * 3];
        store.ReadTensors([User], PastStores.Name, new TensorSet().Bind<float>("numbers", numbers), asOf);
        Assert.That(numbers[2], Is.Zero, "ages go by the time");
        Assert.That(numbers[0], Is.EqualTo(5f));
    }

    [Test]
    public void Open_ListDamagedOrGone_IsRefusedUntilOpenedWithoutKeepingVersions()
    {
        DateTimeOffset then;
        using (SignalStore store = PastStores.Open(_files, _time))
        {
            PastStores.Append(store, 1, 1);
            then = Pass(store, seconds: 10);
            store.FlushAsync().GetAwaiter().GetResult();
        }

        string list = Path.Combine(
            TestStores.Folder,
            _files.ListFiles(TestStores.Folder).Single(name => name.StartsWith("VERSIONS", StringComparison.Ordinal)));
        Flip(list);
        string[] before = [.. _files.ListFiles(TestStores.Folder)
            .Where(name => !name.StartsWith("MANIFEST", StringComparison.Ordinal)).Order()];
        CorruptionException damage = Assert.Throws<CorruptionException>(() => PastStores.Open(_files, _time))!;
        Assert.That(damage.File, Is.EqualTo(list));
        Assert.That(
            _files.ListFiles(TestStores.Folder).Where(name => !name.StartsWith("MANIFEST", StringComparison.Ordinal)).Order(),
            Is.EqualTo(before));
        _files.Delete(list);
        Assert.That(
            () => PastStores.Open(_files, _time), Throws.TypeOf<CorruptionException>().With.Property("File").Contain("VERSIONS"),
            "a list that is gone is noticed");
        Assert.That(
            () => TestStores.Open(_files, PastStores.Schema, _time),
            Throws.TypeOf<CorruptionException>().With.Message.Contains("VersionRetention.None"),
            "nobody said that none are kept");
        TestStores.Open(_files, PastStores.Schema, _time, TestStores.Tiny with { Retention = VersionRetention.None }).Dispose();
        using SignalStore again = PastStores.Open(_files, _time);
        Assert.That(() => again.OpenPast(then), Throws.TypeOf<VersionExpiredException>());
        using ServedSequence now = again.Read(User, PastStores.Name);
        Assert.That(PastStores.Minutes(now), Is.EqualTo(new[] { 1 }));
    }

    [Test]
    public void Open_WithRetentionNone_LeavesNothingOfIt()
    {
        using (SignalStore store = PastStores.Open(_files, _time))
        {
            PastStores.Append(store, 1, 1);
            store.FlushAsync().GetAwaiter().GetResult();
        }

        Assert.That(_files.ListFiles(TestStores.Folder).Where(name => name.StartsWith("VERSIONS", StringComparison.Ordinal)), Is.Not.Empty);
        using SignalStore without = TestStores.Open(
            _files, PastStores.Schema, _time, TestStores.Tiny with { Retention = VersionRetention.None });
        Assert.That(_files.ListFiles(TestStores.Folder).Where(name => name.StartsWith("VERSIONS", StringComparison.Ordinal)), Is.Empty);
    }

    private void Flip(string path)
    {
        using IFile file = _files.Open(path, FileOpenMode.ReadWrite);
        byte[] one = new byte[1];
        file.Read(LogFormat.HeaderBytes + LogFormat.EntryBytes + 20, one);
        one[0] ^= 4;
        file.Write(LogFormat.HeaderBytes + LogFormat.EntryBytes + 20, one);
    }

    [Test]
    public void OpenPast_OfAStateWhoseEndACrashTook_IsRefusedAlsoWhenOthersHaveItsPositions()
    {
        SimFileSystem files = new();
        SignalStore store = PastStores.Open(files, _time);
        PastStores.Append(store, 1, 1);
        int kept = files.OperationCount;
        PastStores.Append(store, 1, 3);
        long position = store.CommitPosition;
        DateTimeOffset then = Pass(store, seconds: 10);
        SimRecording run = files.Recording();
        store.Engine.Close(abandon: true);

        // The note of the state has reached the disk, the commit that it names has not.
        SimFileSystem left = new(run.KillImage(run.Operations.Count), record: false);
        CopyLogs(new SimFileSystem(run.KillImage(kept), record: false), left);
        using SignalStore again = PastStores.Open(left, _time);
        PastStores.Append(again, 1, 7);
        PastStores.Append(again, 1, 8);
        Assert.That(again.CommitPosition, Is.GreaterThan(position));
        Assert.That(() => again.OpenPast(then).Dispose(), Throws.TypeOf<VersionExpiredException>().With.Message.Contains("crash"));
        using PastStore now = again.OpenPast(Pass(again, seconds: 10));
        Assert.That(MinutesOf(now), Is.EqualTo(new[] { 8, 7, 1 }));
    }

    private static void CopyLogs(SimFileSystem from, SimFileSystem to)
    {
        foreach (string name in from.ListFiles(TestStores.Folder).Where(name => StoreFiles.Classify(name, out _) == StoreFileKind.Log))
        {
            string path = Path.Combine(TestStores.Folder, name);
            using IFile file = from.Open(path, FileOpenMode.Read);
            byte[] bytes = new byte[file.Length];
            file.Read(0, bytes);
            using IFile copy = to.Open(path, FileOpenMode.ReadWrite);
            copy.Write(0, bytes);
        }
    }

    private DateTimeOffset Pass(SignalStore store, int seconds)
    {
        _time.NowMs += 2000;
        store.Engine.RunPending();
        DateTimeOffset then = _time.GetUtcNow();
        _time.NowMs += seconds * 1000;
        store.Engine.RunPending();
        return then;
    }

    private async Task ImportAsync(SignalStore store, int minute)
    {
        using (SegmentWriter writer = SegmentWriter.Create(
            _files, ImportStore.Segment, store.Schema["view"], new SegmentOptions { Generation = 1, Source = "test" }))
        {
            writer.Insert(User, TestStores.Start + (minute * 60_000L), 1).Set("dwell", 1f + minute);
            writer.Finish();
        }

        await store.ImportAsync(ImportStore.Segment, new ImportOptions { Move = true });
    }

    private static int[] MinutesOf(PastStore past)
    {
        using ServedSequence sequence = past.Read(User, PastStores.Name);
        return PastStores.Minutes(sequence);
    }
}
