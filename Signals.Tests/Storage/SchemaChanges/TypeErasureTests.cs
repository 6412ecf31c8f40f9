using Signals.Maintenance;
using Signals.Tests.Storage.Engine;

namespace Signals.Tests.Storage.SchemaChanges;

/// <summary>Erasures and event types whose drop is final.</summary>
[Category("Fast")]
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
internal sealed class TypeErasureTests
{
    private readonly TypeWorld _world = new();

    /// <summary>A checkpoint is erased up to the time of the store's erasure, and the event type may be there as before.</summary>
    [Test]
    public void Erase_OfAnEventAheadOfTheClockWhoseTypeIsGone_ReachesItInACheckpoint([Values] bool hasMaxAge)
    {
        StoreSchema old = StoreSchema.Define(s => TypeWorld.View(s).EventType("click", t =>
        {
            t.Field<double>("position").Window(TimeSpan.FromDays(1));
            if (hasMaxAge)
            {
                t.MaxAge(TimeSpan.FromDays(30));
            }
        }));
        const string Copy = "/copy";
        using (SignalStore store = _world.Open(old))
        {
            TypeWorld.AppendViews(store, 0, 1);
            EventBatch batch = store.CreateBatch("click");
            batch.Add(TypeWorld.User, TestStores.Start + (20 * TypeWorld.Hour), 2);
            store.Append(batch);
            TypeWorld.Run(store, store.CheckpointAsync(Copy));
            store.Engine.Close(abandon: true);
        }

        ErasureCertificate erased;
        using (SignalStore store = _world.Open(TypeWorld.Without, graceDays: 0))
        {
            Assert.That(store.Schema.EventTypes[1].IsDropFinal);
            Task<ErasureCertificate> erasure = store.EraseCertifiedAsync(TypeWorld.User);
            TypeWorld.Run(store, erasure);
            erased = erasure.Result;
        }

        Assert.That(erased.CutoffMs, Is.EqualTo(TestStores.Start + (20 * TypeWorld.Hour)));

        UserErasure same = new(TypeWorld.User, DateTimeOffset.FromUnixTimeMilliseconds(erased.CutoffMs));
        SignalStore.EraseFromCheckpointAsync(_world.Files, Copy, [same], TypeWorld.Options(graceDays: 1), _world.Time)
            .GetAwaiter().GetResult();
        using SignalStore copy = SignalStore.Open(_world.Files, Copy, old, TypeWorld.Options(graceDays: 1), _world.Time);
        using Sequence found = copy.Read(TypeWorld.User, copy.Query("click", "view").Build());
        Assert.That(found.Count, Is.Zero);
    }
}
