using Signals.Definitions;
using Signals.Serving;

namespace Signals.Tests.Storage.DefinitionServing;

/// <summary>The width of a tensor is that of the memory that a read asks for.</summary>
[Category("Fast")]
internal sealed class TensorWidthTests
{
    [Test]
    public void GetTensorWidth_OfARegisteredDefinition_IsWhatAReadFills()
    {
        string folder = Directory.CreateTempSubdirectory("signals-width-").FullName;
        try
        {
            StoreSchema schema = StoreSchema.Define(s => s
                .EventType("view", t => t.Field<float>("dwell").Vector<Half>("embedding", 6))
                .EventType("click", t => t.Field<float>("dwell")));
            using SignalStore store = SignalStore.Open(folder, schema);
            store.Definitions.Register(SequenceDefinition.Create("feed").OwnedBy("me")
                .From("view", v => v.Last(4)).From("click", c => c.Last(4)).Size(4)
                .Tensors(t => t
                    .Output("numbers", TensorType.Float32, n => n.Column("dwell").Age(TimeUnit.Hours).EventType())
                    .Output("vectors", TensorType.Float16, v => v.Column("embedding")))
                .Build());
            int numbers = store.Definitions.GetTensorWidth("feed", "numbers");
            int vectors = store.Definitions.GetTensorWidth("feed", "vectors");
            Assert.That((numbers, vectors), Is.EqualTo((4, 6)));
            TensorSet exact = new TensorSet().Bind<float>("numbers", new float[4 * numbers]).Bind<Half>("vectors", new Half[4 * vectors]);
            store.ReadTensors([UserId.From(1)], "feed", exact);
            TensorSet shorter = new TensorSet().Bind<float>("numbers", new float[(4 * numbers) - 1]);
            Assert.That(() => store.ReadTensors([UserId.From(1)], "feed", shorter), Throws.ArgumentException);
            Assert.That(
                () => store.Definitions.GetTensorWidth("feed", "other"),
                Throws.ArgumentException.With.Message.Contains("numbers, vectors"));
            Assert.That(() => store.Definitions.GetTensorWidth("none", "numbers"), Throws.InstanceOf<UnknownDefinitionException>());
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
