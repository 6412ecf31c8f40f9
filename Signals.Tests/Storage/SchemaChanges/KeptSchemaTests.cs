using Signals.Maintenance;
using Signals.Tests.Storage.Engine;

namespace Signals.Tests.Storage.SchemaChanges;

/// <summary>
/// Who opens a store with the schema that the store keeps, as tools, restores and erasures from checkpoints do, changes nothing of it: no
/// drop is taken back, and none becomes final.
/// </summary>
[Category("Fast")]
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
internal sealed class KeptSchemaTests
{
    private readonly DropWorld _world = new();

    [TestCase("dropped", "item, dwell(dropped)")]
    [TestCase("gone", "item, dwell(gone)")]
    [TestCase("used again", "item, dwell(gone), dwell")]
    [TestCase("used again and dropped", "item, dwell(gone), dwell2(dropped)")]
    public void Open_WithTheSchemaOfTheStore_LeavesDropsAsTheyAre(string state, string columns)
    {
        Bring(state);
        Assert.That(_world.Columns(), Is.EqualTo(columns));
        for (int opening = 0; opening < 3; opening++)
        {
            _world.Time.NowMs += 20 * DropWorld.Hour;
            using SignalStore store = _world.Open(_world.Kept(), graceDays: opening % 2);
            DropWorld.Run(store, store.CompactAsync());
            using Sequence items = store.Read(DropWorld.User, store.Query("view").Last(99).Columns("item").Build());
            Assert.That(items.Field<long>("item").ToArray(), Has.Length.EqualTo(DropWorld.Events));
        }

        Assert.That(_world.Columns(), Is.EqualTo(columns));
    }

    [TestCase("dropped")]
    [TestCase("gone")]
    [TestCase("used again")]
    public void EraseFromCheckpoint_StoreWithADrop_LeavesItAsItIs(string state)
    {
        Bring(state);
        string columns = _world.Columns();
        _world.Time.NowMs += 20 * DropWorld.Hour;
        CheckpointErasureCertificate certificate = SignalStore.EraseFromCheckpointAsync(
            _world.Files, TestStores.Folder, [new UserErasure(UserId.From(2UL))], DropWorld.Options(graceDays: 0), _world.Time)
            .GetAwaiter().GetResult();
        Assert.That(certificate.IsComplete);
        Assert.That(_world.Columns(), Is.EqualTo(columns));
    }

    [Test]
    public void Open_OldCodeAfterATool_HasTheDataBack()
    {
        Bring("dropped");
        _world.Time.NowMs += 20 * DropWorld.Hour;
        using (SignalStore tool = _world.Open(_world.Kept(), graceDays: 0))
        {
            DropWorld.Run(tool, tool.CompactAsync());
        }

        using SignalStore back = _world.Open(DropWorld.Old);
        Assert.That(DropWorld.Dwells(back), Is.EqualTo(DropWorld.AllDwells));
    }

    private void Bring(string state)
    {
        _world.Fill();
        _world.Open(DropWorld.Without).Dispose();
        if (state == "dropped")
        {
            return;
        }

        _world.Pass(days: 2, DropWorld.Without);
        if (state == "gone")
        {
            return;
        }

        _world.Open(DropWorld.Old).Dispose();
        if (state != "used again")
        {
            _world.Open(DropWorld.Define(t => t.Field<long>("item").Field<double>("dwell2").RenamedFrom("dwell"))).Dispose();
            _world.Open(DropWorld.Define(t => t.Field<long>("item").Dropped("dwell2"))).Dispose();
        }
    }
}
