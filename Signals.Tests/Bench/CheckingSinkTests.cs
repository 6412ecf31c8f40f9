using Signals.Bench.TrainingSets;
using Signals.Definitions;
using Signals.Serving;
using Signals.Tests.Storage.DefinitionServing;
using Signals.Tests.Storage.Engine;
using Signals.Training;

namespace Signals.Tests.Bench;

/// <summary>What says that training sets hold what was served is able to say otherwise.</summary>
[Category("Fast")]
internal sealed class CheckingSinkTests
{
    [Test]
    public void Append_OfAnotherSequenceThanWasServed_CountsADifference()
    {
        using SignalStore store = PastStores.Open(ImportStore.NewFiles(record: false), new ManualTime(TestStores.Start + 3_600_000));
        store.Definitions.Register(SequenceDefinition.Create("items").OwnedBy("tests").From("view", view => view.Last(5))
            .Columns("item", "dwell").Size(5).Build());
        PastStores.Append(store, 1, 1, 2);
        using ServedSequence served = store.Read(UserId.From(1UL), "items");
        using CheckingSink sink = new([ServedHash.Of(served)]);
        sink.Append(new TrainingRow("0", null, null, served));
        Assert.That((sink.Rows, sink.Differences), Is.EqualTo((1L, 0L)));
        PastStores.Append(store, 1, 3);
        using ServedSequence later = store.Read(UserId.From(1UL), "items");
        sink.Append(new TrainingRow("0", null, null, later));
        Assert.That((sink.Rows, sink.Differences), Is.EqualTo((2L, 1L)));
    }
}
