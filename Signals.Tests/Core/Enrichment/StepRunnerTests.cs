using System.Text;
using Signals.Enrichment;
using Signals.Tests.Reliability;

namespace Signals.Tests.Core.Enrichment;

[Category("Fast")]
internal sealed class StepRunnerTests
{
    private static readonly EventTypeSchema Purchase = EnrichmentSamples.Schema["purchase"];

    [Test]
    public void Enrich_LookUp_FillsWhatIsKnownAndLeavesTheRestAbsent()
    {
        ItemPrice step = new(new Dictionary<ulong, float> { [1] = 1.5f, [3] = 3.5f, [6] = 6.5f });
        EnrichmentBatch result = new StepRunner(step, Purchase, StepPhase.Indexing).Enrich(EnrichmentSamples.Purchases(8));
        ColumnView<float> prices = PriceOf(step, result);
        Assert.That(prices.Values.ToArray(), Is.EqualTo(new[] { 0, 1.5f, 0, 3.5f, 0, 0, 0, 0 }), "the sixth event has no item");
        Assert.That(prices.States.ToArray().Count(state => state == ColumnState.Value), Is.EqualTo(2));
        Assert.That(prices.States.ToArray().Count(state => state == ColumnState.Absent), Is.EqualTo(6));
    }

    [Test]
    public void Enrich_EveryKindOfColumn_ValuesNullsAndAbsence()
    {
        WideStep step = new();
        EnrichmentBatch result = new StepRunner(step, Purchase, StepPhase.Indexing).Enrich(EnrichmentSamples.Purchases(8));
        Assert.Multiple(() =>
        {
            Assert.That(result.Read(step.IsOdd).Values.ToArray(), Is.EqualTo(new[] { false, true, false, true, false, true, false, true }));
            Assert.That(result.Read(step.IsOdd).States[6], Is.EqualTo(ColumnState.Absent));
            Assert.That(result.Read(step.Vector).Row(3).ToArray(), Is.EqualTo(new[] { (Half)4, (Half)2 }));
            Assert.That(result.Read(step.Vector).States[5], Is.EqualTo(ColumnState.Null));
            Assert.That(result.Read(step.Vector).Row(5).ToArray(), Is.EqualTo(new Half[2]), "what was written before the null is gone");
            Assert.That(result.Read(step.Label).States[5], Is.EqualTo(ColumnState.Null));
            Assert.That(result.Read(step.Label)[5].Length, Is.Zero);
            Assert.That(Encoding.UTF8.GetString(result.Read(step.Label)[1]), Is.EqualTo("1"), "the title is absent, the number stands in");
            Assert.That(Encoding.UTF8.GetString(result.Read(step.Label)[4]), Is.EqualTo("title"));
            Assert.That(result.UserOf(4), Is.EqualTo(UserId.From(5)));
            Assert.That(result.Times[4], Is.EqualTo(1_004));
            Assert.That(result.Ids[4], Is.EqualTo(4));
        });
    }

    [Test]
    public void Enrich_Again_ShowsNothingOfTheBatchBefore()
    {
        WideStep step = new();
        StepRunner runner = new(step, Purchase, StepPhase.Indexing);
        runner.Enrich(EnrichmentSamples.Purchases(64));
        EventBatch bare = new(Purchase);
        bare.Add(UserId.From(1), 1, 1);
        EnrichmentBatch result = runner.Enrich(bare);
        Assert.That(result.Count, Is.EqualTo(1));
        Assert.That(result.Read(step.Vector).States.ToArray(), Is.EqualTo(new[] { ColumnState.Absent }));
        Assert.That(result.Read(step.Vector).Values.ToArray(), Is.EqualTo(new Half[2]));
        Assert.That(result.Read(step.Label).States.ToArray(), Is.EqualTo(new[] { ColumnState.Absent }));
        Assert.That(result.Read(step.Label)[0].Length, Is.Zero);
    }

    [Test]
    public void Enrich_BooleanOfAnyByte_IsZeroOrOne()
    {
        OddBytes step = new();
        EnrichmentBatch result = new StepRunner(step, Purchase, StepPhase.Serving).Enrich(EnrichmentSamples.Purchases(2));
        Assert.That(result.Outputs[0].FixedRows.ToArray(), Is.EqualTo(new byte[] { 1, 1 }));
    }

    [Test]
    public async Task EnrichAsync_RemoteStep_SameAsLocal()
    {
        WideStep step = new();
        EventBatch events = EnrichmentSamples.Purchases(20);
        EnrichmentBatch local = new StepRunner(step, Purchase, StepPhase.Indexing).Enrich(events);
        EnrichmentBatch remote = await new StepRunner(step, Purchase, StepPhase.Offline).EnrichAsync(events);
        Assert.That(remote.Read(step.Vector).Values.SequenceEqual(local.Read(step.Vector).Values));
    }

    [Test]
    public void Enrich_StepThrows_LeavesNoHalfFilledOutput()
    {
        Failing step = new();
        StepRunner runner = new(step, Purchase, StepPhase.Indexing);
        Assert.Throws<NotSupportedException>(() => runner.Enrich(EnrichmentSamples.Purchases(2)));
        Assert.That(runner.Batch.Outputs[0].RowStates.ToArray(), Is.EqualTo(new byte[2]));
        Assert.That(runner.Batch.Outputs[0].FixedRows.ToArray(), Is.EqualTo(new byte[8]));
    }

    [Test]
    public void Filter_Mask_TellsWhatToKeep()
    {
        StepRunner runner = new(new WideStep(), Purchase, StepPhase.Offline);
        Assert.That(runner.Filter(EnrichmentSamples.Purchases(6)).ToArray(), Is.EqualTo(new[] { false, true, true, false, true, true }));
        Assert.That(runner.Filter(EnrichmentSamples.Purchases(2)).ToArray(), Is.EqualTo(new[] { false, true }));
    }

    [Test]
    public void Read_HandleOfAnotherSignature_IsRefused()
    {
        EnrichmentBatch result = new StepRunner(new WideStep(), Purchase, StepPhase.Indexing).Enrich(EnrichmentSamples.Purchases(2));
        Assert.Throws<ArgumentException>(() => result.Read(new WideStep().Vector));
        Assert.Throws<ArgumentException>(() => result.Read(default(Output<float>)));
    }

    [Test]
    public void Enrich_VectorOfWrongLength_IsRefused()
    {
        WideStep step = new();
        EnrichmentBatch result = new StepRunner(step, Purchase, StepPhase.Indexing).Enrich(EnrichmentSamples.Purchases(2));
        Assert.Throws<ArgumentException>(() => result.Write(step.Vector).Set(0, new Half[3]));
        Assert.Throws<InvalidOperationException>(() => result.Write(step.Vector).Set(0, (Half)1));
    }

    [Test]
    public void EnrichAndFilter_SteadyState_AllocateNothing()
    {
        StepRunner wide = new(new WideStep(), Purchase, StepPhase.Indexing);
        StepRunner price = new(new ItemPrice(new Dictionary<ulong, float> { [1] = 1 }), Purchase, StepPhase.Indexing);
        EventBatch events = EnrichmentSamples.Purchases(200);
        Assert.That(Allocations.LeastOf(() => RunAll(), times: 50), Is.Zero);

        void RunAll()
        {
            EnrichmentSamples.Fill(events, 200);
            wide.Enrich(events);
            wide.Filter(events);
            price.Enrich(events);
        }
    }

    private static ColumnView<float> PriceOf(ItemPrice step, EnrichmentBatch batch) =>
        batch.Signature == step.Signature ? new ColumnView<float>(batch.Outputs[0]) : default;

    private sealed class Failing : IEnricher
    {
        private readonly Output<float> _price;

        public Failing() => Signature = EnrichmentSignature.Named("failing", 1).On("purchase").Output("price", out _price).Build();

        public EnrichmentSignature Signature { get; }

        public void Enrich(EnrichmentBatch batch)
        {
            batch.Write(_price).Set(0, 1);
            throw new NotSupportedException("This step fails half way.");
        }
    }

    private sealed class OddBytes : IEnricher
    {
        private readonly Output<bool> _flag;

        public OddBytes() => Signature = EnrichmentSignature.Named("odd", 1).On("purchase").Output("is_odd", out _flag).Build();

        public EnrichmentSignature Signature { get; }

        public void Enrich(EnrichmentBatch batch)
        {
            System.Runtime.InteropServices.MemoryMarshal.AsBytes(batch.Write(_flag).Fill(0))[0] = 0x40;
            batch.Write(_flag).Set(1, true);
        }
    }
}
