using Signals.Enrichment;

namespace Signals.Tests.Core.Enrichment;

[Category("Fast")]
internal sealed class EnrichmentSignatureTests
{
    private static readonly StoreSchema Schema = EnrichmentSamples.Schema;

    [Test]
    public void Check_EverythingWrong_EveryErrorIsNamed()
    {
        EnrichmentSignature signature = EnrichmentSignature.Named("bad", 1)
            .On("purchase", "other", "missing")
            .Input<ulong>("item", out _)
            .Input<int>("nowhere", out _)
            .Output<float>("price", out _)
            .Build();
        Assert.That(signature.Check(Schema, StepPhase.Offline), Is.EqualTo(new[]
        {
            "bad: event type 'purchase' has no column 'nowhere' for its input.",
            "bad: its input 'other.item' is UInt64, but Int32 in the schema.",
            "bad: event type 'other' has no column 'nowhere' for its input.",
            "bad: output 'other.price' is a field, which arrives with the event; declare it as an enrichment.",
            "bad: the schema has no event type 'missing'; it has: purchase, other.",
        }));
    }

    [Test]
    public void Check_OutputsAtServing_NeedNoColumn()
    {
        EnrichmentSignature signature = EnrichmentSignature.Named("live", 1).On("purchase").Output<int>("computed", out _).Build();
        Assert.That(signature.Check(Schema, StepPhase.Serving), Is.Empty);
        Assert.That(signature.Check(Schema, StepPhase.Indexing), Has.Count.EqualTo(1));
    }

    [Test]
    public void Check_InputIsAnEnrichment_OnlyWhereItIsStored()
    {
        EnrichmentSignature signature = EnrichmentSignature.Named("second", 1)
            .On("purchase").Input<float>("price", out _).Output<bool>("is_odd", out _).Build();
        Assert.That(signature.Check(Schema, StepPhase.Offline), Is.Empty);
        Assert.That(signature.Check(Schema, StepPhase.Serving), Is.Empty);
        Assert.That(signature.Check(Schema, StepPhase.Indexing).Single(), Does.Contain("does not have yet"));
    }

    [Test]
    public void Run_ForeignEventType_ThrowsWithEveryError()
    {
        EnrichmentMismatchException? error = Assert.Throws<EnrichmentMismatchException>(
            () => _ = new StepRunner(new WideStep(), Schema["other"], StepPhase.Indexing));
        Assert.That(error!.Errors, Has.Count.EqualTo(7), "the type, three inputs, three outputs");
    }

    [Test]
    public void Build_Misuse_IsRefused()
    {
        EnrichmentSignatureBuilder builder = EnrichmentSignature.Named("x", 1);
        Assert.Throws<InvalidOperationException>(() => builder.Build());
        Assert.Throws<ArgumentException>(() => builder.On("a", "a"));
        builder.Input<int>("n", out _);
        Assert.Throws<ArgumentException>(() => builder.Output<int>("n", out _));
        Assert.Throws<ArgumentException>(() => builder.InputText("no name", out _));
        Assert.Throws<ArgumentOutOfRangeException>(() => builder.OutputVector<float>("v", 0, out _));
        Assert.Throws<ArgumentOutOfRangeException>(() => EnrichmentSignature.Named("x", 0));
    }

    [Test]
    public void Catalog_TwoOfAName_IsRefused()
    {
        EnrichmentMismatchException? error = Assert.Throws<EnrichmentMismatchException>(
            () => _ = new EnrichmentCatalog(new WideStep(), new WideStep(), new Nothing()));
        Assert.That(error!.Errors, Has.Count.EqualTo(2));
    }

    [Test]
    public void Catalog_TwoEnrichersOfAColumn_IsRefusedByValidate()
    {
        EnrichmentCatalog catalog = new(new ItemPrice([]), new SamePrice());
        Assert.That(catalog.TryGet("item_price", out IEnrichmentStep? found), Is.True);
        Assert.That(found, Is.SameAs(catalog.Steps[0]));
        EnrichmentMismatchException? error = Assert.Throws<EnrichmentMismatchException>(() => catalog.Validate(Schema, StepPhase.Indexing));
        Assert.That(error!.Errors.Single(), Is.EqualTo("same: 'purchase.price' is already filled by item_price."));
    }

    private sealed class Nothing : IEnrichmentStep
    {
        public EnrichmentSignature Signature { get; } = EnrichmentSignature.Named("nothing", 1).On("purchase").Build();
    }

    private sealed class SamePrice : IEnricher
    {
        public EnrichmentSignature Signature { get; } = EnrichmentSignature.Named("same", 1)
            .On("purchase").Output<float>("price", out _).Build();

        public void Enrich(EnrichmentBatch batch)
        {
        }
    }
}
