using Signals.Definitions;
using Signals.Serving;
using Signals.Storage.FileSystem;
using Signals.Tests.Simulation;
using Signals.Tests.Storage.Engine;

namespace Signals.Tests.Storage.DefinitionServing;

/// <summary>Stored definitions that name columns which were renamed or dropped since.</summary>
[Category("Fast")]
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
internal sealed class StoredDefinitionsOfAnOldSchemaTests
{
    private static readonly UserId User = UserId.From(1UL);

    private readonly SimFileSystem _files = new(record: false);
    private readonly ManualTime _time = new(TestStores.Start + 3_600_000);

    private static StoreSchema Old { get; } = Define(t => t.Field<long>("item_id").Field<double>("dwell"));

    [Test]
    public void Open_AColumnWasDropped_KeepsTheVersionAndSaysWhyItCannotBeUsed([Values] bool isFinal)
    {
        SequenceReceipt receipt = Fill();
        byte[] stored = Bytes();
        StoreSchema without = Define(t => t.Field<long>("item_id").Dropped("dwell"));
        TimeSpan grace = isFinal ? TimeSpan.Zero : TimeSpan.FromDays(1);
        using (SignalStore store = Open(without, grace))
        {
            DefinitionException refused = Assert.Throws<DefinitionException>(() => store.Read(User, "dwells"))!;
            Assert.That(
                refused.Message,
                Does.Contain("Version 1 of the definition 'dwells' is stored but cannot be used now").And.Contain("'dwell'"));
            Assert.That(
                store.Definitions.GetUnusable().Select(one => (one.Name, one.IsActive)),
                Is.EqualTo(new[] { ("dwells", true), ("items", false) }), "the second is the shadow");
            Assert.That(store.Definitions.GetUnusable().Select(one => one.Reason), Has.All.Contains("'dwell'"));
            Assert.That(store.Definitions.All.Select(one => one.Name), Is.EqualTo(new[] { "dwells", "items" }));
            using (ServedSequence items = store.Read(User, "items"))
            {
                Assert.That(items.Field<long>("item_id").ToArray(), Is.EqualTo(new[] { 7L }));
            }

            using RebuiltSequence rebuilt = store.Rebuild(receipt);
            Assert.That(rebuilt.Status, Is.EqualTo(RebuildStatus.UnknownDefinition));
            store.Definitions.Register(Definition("items", 2, "item_id"));
            store.Definitions.RollBack("items");
        }

        Assert.That(Bytes(), Is.Not.EqualTo(stored));
        using SignalStore looked = Open(without, grace);
        Assert.That(looked.Definitions.TryFind(Definition("dwells", 1, "dwell").ComputeContentHash(), out _), Is.True, "written again");
        if (!isFinal)
        {
            looked.Dispose();
            using SignalStore back = Open(Old, grace);
            using ServedSequence dwells = back.Read(User, "dwells");
            Assert.That(dwells.Field<double>("dwell").ToArray(), Is.EqualTo(new[] { 2.5 }), "the old code was put back");
        }
    }

    [Test]
    public void Open_AColumnWasRenamed_ServesAndRebuildsUnderTheFormerName()
    {
        SequenceReceipt receipt = Fill();
        using SignalStore store = Open(Define(t => t.Field<long>("item_id").Field<double>("seconds").RenamedFrom("dwell")));
        Assert.That(store.Definitions.GetUnusable(), Is.Empty);
        using (ServedSequence served = store.Read(User, "dwells"))
        {
            Assert.That(served.Field<double>("dwell").ToArray(), Is.EqualTo(new[] { 2.5 }));
        }

        using RebuiltSequence rebuilt = store.Rebuild(receipt);
        Assert.That(rebuilt.Status, Is.EqualTo(RebuildStatus.Exact));
        Assert.That(store.Definitions.GetShadowReport("items"), Is.Not.Null, "the shadow goes on");
    }

    private static SequenceDefinition Definition(string name, int version, string column) => SequenceDefinition.Create(name, version)
        .OwnedBy("tests").From("view", from => from.Last(10)).Columns(column).Size(10).Build();

    private static StoreSchema Define(Action<EventTypeBuilder> define) => StoreSchema.Define(s => s.EventType("view", define));

    private SequenceReceipt Fill()
    {
        using SignalStore store = Open(Old);
        store.Definitions.Register(Definition("dwells", 1, "dwell"));
        store.Definitions.Register(Definition("items", 1, "item_id"));
        store.Definitions.StartShadow("items", Definition("items", 2, "dwell"), every: 100);
        EventBatch batch = store.CreateBatch("view");
        batch.Add(User, TestStores.Start, 1).Set("item_id", 7L).Set("dwell", 2.5);
        store.Append(batch);
        store.Engine.RunPending();
        using ServedSequence served = store.Read(User, "dwells", new ReadOptions { WithReceipt = true });
        return served.Receipt;
    }

    private SignalStore Open(StoreSchema schema, TimeSpan? grace = null) => TestStores.Open(
        _files, schema, _time,
        TestStores.Tiny with { Retention = new VersionRetention(), RetentionGrace = grace ?? TimeSpan.FromDays(1) });

    private byte[] Bytes()
    {
        using IFile file = _files.Open(TestStores.Folder + "/DEFINITIONS", FileOpenMode.Read);
        byte[] bytes = new byte[file.Length];
        file.Read(0, bytes);
        return bytes;
    }
}
