using Signals.Core.Columns;
using Signals.Core.Model;
using Signals.Storage.Tables;
using Signals.Tests.Simulation;

namespace Signals.Tests.Storage.Engine.Importing;

/// <summary>Runs that were made outside of the store: visible at once, there after a reopen, gone with their file.</summary>
[Category("Fast")]
internal sealed class AttachTests
{
    private const long Minute = 60_000;
    private static readonly UserId TheUser = UserId.From(1);
    private static readonly Stamp Correction = Stamp.Create(1, 0);

    private readonly ManualTime _time = new(TestStores.Start);
    private SimFileSystem _files = null!;

    [SetUp]
    public void NewFolder() => _files = new SimFileSystem(record: false);

    [Test]
    public void Attach_EventsOfTwoWindows_AreVisibleAtOnceAndAfterAReopen()
    {
        using (SignalStore store = Open())
        {
            Append(store, TestStores.Start);
            using AttachedRuns runs = new(_files, store, TestStores.Tiny.Tables);
            runs.Add(store.Schema["view"], RunKind.Events, Rows(TestStores.Start + Minute, TestStores.Start - (90 * Minute))).Attach();
            AssertThree(store);
        }

        using SignalStore reopened = Open();
        AssertThree(reopened);
    }

    [Test]
    public async Task Compaction_OfOneWindow_KeepsTheSegmentUntilItsLastPartLeaves()
    {
        using SignalStore store = Open();
        Append(store, TestStores.Start);
        using AttachedRuns runs = new(_files, store, TestStores.Tiny.Tables);
        runs.Add(store.Schema["view"], RunKind.Events, Rows(TestStores.Start + Minute, TestStores.Start - (90 * Minute))).Attach();

        await store.FlushAsync();
        store.Engine.RunPending();
        Assert.That(store.GetStats().Compactions, Is.EqualTo(1));
        Assert.That(_files.ListFiles(TestStores.Folder), Does.Contain(runs.Name), "the older window has one run still");
        AssertThree(store);

        await store.CompactAsync();
        Assert.That(_files.ListFiles(TestStores.Folder), Does.Not.Contain(runs.Name), "a full compaction takes every part in");
        AssertThree(store);
        Assert.That(store.GetStats().TableRows, Is.EqualTo(3));
    }

    [Test]
    public void Open_SegmentThatNoEditAdded_IsDeleted()
    {
        string name;
        using (SignalStore store = Open())
        {
            using AttachedRuns runs = new(_files, store, TestStores.Tiny.Tables);
            runs.Add(store.Schema["view"], RunKind.Events, Rows(TestStores.Start)).Save();
            name = runs.Name;
        }

        using SignalStore reopened = Open();
        Assert.That(_files.ListFiles(TestStores.Folder), Does.Not.Contain(name));
        Assert.That(reopened.Engine.Numbers.Next(), Is.GreaterThan(ulong.Parse(name[..6])), "a number is never given twice");
    }

    [Test]
    public void Open_SegmentOfTheManifestMissing_IsRefused()
    {
        string name;
        using (SignalStore store = Open())
        {
            using AttachedRuns runs = new(_files, store, TestStores.Tiny.Tables);
            runs.Add(store.Schema["view"], RunKind.Events, Rows(TestStores.Start)).Attach();
            name = runs.Name;
        }

        _files.Delete(Path.Combine(TestStores.Folder, name));
        Assert.That(() => Open().Dispose(), Throws.TypeOf<CorruptionException>().With.Property("File").EndsWith(name));
    }

    [Test]
    public void Attach_DescriptionThatTheFileContradicts_ChangesNothing()
    {
        using SignalStore store = Open();
        using AttachedRuns runs = new(_files, store, TestStores.Tiny.Tables);
        IReadOnlyList<TableMeta> parts = runs.Add(store.Schema["view"], RunKind.Events, Rows(TestStores.Start)).Save();

        Assert.That(() => AttachedRuns.Attach(store, [parts[0] with { Rows = 2 }]), Throws.TypeOf<CorruptionException>());
        Assert.That(() => AttachedRuns.Attach(store, [parts[0], parts[0]]), Throws.TypeOf<InvalidDataException>());
        Append(store, TestStores.Start);
        Assert.That(store.GetStats().Tables, Is.Zero);
    }

    [Test]
    public void Attach_Runs_RaiseTheWatermarkToTheirNewestInsertedEvent()
    {
        using (SignalStore store = Open())
        {
            SortedDictionary<UserId, RowBuffer> retracted = Rows(
                StampParts.Existence, TestStores.Start + (2 * Minute), TestStores.Start + Minute);
            retracted[TheUser].Stamps.Inserted[0] = 0;
            retracted[TheUser].Stamps.Retracted[0] = Correction.Value;
            using AttachedRuns runs = new(_files, store, TestStores.Tiny.Tables);
            runs.Add(store.Schema["view"], RunKind.Events, retracted);
            runs.Add(store.Schema["view"], RunKind.Patches, Rows(TestStores.Start + (3 * Minute))).Attach();
            Assert.That(store.Engine.Watermarks.Newest(0), Is.EqualTo(TestStores.Start + Minute));
        }

        using SignalStore reopened = Open();
        Assert.That(reopened.Engine.Watermarks.Newest(0), Is.EqualTo(TestStores.Start + Minute));
    }

    private static void AssertThree(SignalStore store)
    {
        using Sequence sequence = store.Read(TheUser, store.Query("view").Build());
        Assert.That(
            sequence.Times.ToArray(),
            Is.EqualTo(new[] { TestStores.Start + Minute, TestStores.Start, TestStores.Start - (90 * Minute) }));
        Assert.That(sequence.Watermark("view"), Is.EqualTo(TestStores.Start + Minute));
    }

    private static SortedDictionary<UserId, RowBuffer> Rows(params long[] times) => Rows(StampParts.None, times);

    private static SortedDictionary<UserId, RowBuffer> Rows(StampParts parts, params long[] times)
    {
        RowBuffer rows = new([ColumnType.Scalar<int>()], Correction, parts);
        foreach (long time in times)
        {
            rows.AppendKey(time, 7);
            rows.Columns[0].Append(1);
        }

        rows.FillAbsent();
        return new SortedDictionary<UserId, RowBuffer> { [TheUser] = rows };
    }

    private static void Append(SignalStore store, long time)
    {
        EventBatch batch = store.CreateBatch("view");
        batch.Add(TheUser, time, 7).Set("a", 5);
        store.Append(batch);
        store.Engine.RunPending();
    }

    private SignalStore Open() => TestStores.Open(
        _files, StoreSchema.Define(s => s.EventType("view", t => t.Field<int>("a").Window(TimeSpan.FromHours(1)))), _time);
}
