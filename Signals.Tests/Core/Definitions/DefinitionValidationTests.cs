using Signals.Core.Definitions.Values;
using Signals.Definitions;

namespace Signals.Tests.Core.Definitions;

[Category("Fast")]
internal sealed class DefinitionValidationTests
{
    [Test]
    public void Validate_TheSample_Fits() =>
        Assert.That(() => DefinitionSamples.Full().Validate(DefinitionSamples.Schema(), NamedSteps.Catalog()), Throws.Nothing);

    [Test]
    public void Validate_ManyErrors_AreAllReportedWithTheirPaths()
    {
        SequenceDefinition definition = Begin()
            .From(
                "view", v => v.Last(1001).Within(TimeSpan.FromDays(91))
                    .Where(Predicate.OnColumn("quantity").AtLeast(1) & Predicate.OnColumn("country").EqualTo(5)))
            .From("wiev", v => v.Last(1).Where(Predicate.OnColumn("anything").IsNull()))
            .Where(Predicate.Any(
                Predicate.OnColumn("item_embedding").EqualTo(1), Predicate.OnColumn("is_new").In(1, 0),
                Predicate.OnColumn("dwell_seconds").Between(1, 2),
                Predicate.Filter("no_filter"), Predicate.Host<int>("dwell_seconds", d => d > 1), Predicate.OnColumn("is_new").AtMost(1)))
            .DistinctBy("item_embedding", "nothing")
            .Enrich("no_enricher").Enrich("not_a_bot")
            .Column("item_id", defaultValue: -1).Column("dwell_seconds", name: "d", defaultValue: 1e39).Column("brand", defaultValue: 0)
            .Tensors(t => t.Output("x", TensorType.Float32, f => f
                .Column("country").Column("is_new", defaultValue: 1)
                .Column("item_embedding", scaling: new Scaling()).OneHot("country", [1, 2]).Presence("x")))
            .Build();
        Assert.That(Errors(definition), Is.EquivalentTo(new[]
        {
            "$.sources[0].count", "$.sources[0].window", "$.sources[0].where.all[0].column",
            "$.sources[0].where.all[1].equals", "$.sources[1].eventType",
            "$.where.any[0].column", "$.where.any[1].in", "$.where.any[3].filter", "$.where.any[4]", "$.where.any[5].atMost",
            "$.dedup.columns[0]", "$.dedup.columns[1]", "$.enrichments[0].name", "$.enrichments[1].name",
            "$.columns[0].default", "$.columns[1].default", "$.columns[2].default",
            "$.tensors.outputs[0].features[0].column", "$.tensors.outputs[0].features[1].default",
            "$.tensors.outputs[0].features[2].scaling",
            "$.tensors.outputs[0].features[3].columns[0]", "$.tensors.outputs[0].features[4].column",
        }));
    }

    [TestCase("elsewhere", "$.enrichments[0].name|$.enrichments[0].name", TestName = "Validate_EnricherOfOtherTypes_IsRefused")]
    [TestCase("overwrites", "$.enrichments[0].name", TestName = "Validate_EnricherOverAField_IsRefused")]
    public void Validate_Enricher_IsRefused(string enricher, string paths) =>
        Assert.That(Errors(Begin().From("click", c => c.Last(1)).Enrich(enricher).Build()), Is.EqualTo(paths.Split('|')));

    [Test]
    public void Validate_TwoEnrichersOfOneColumn_AreRefused() =>
        Assert.That(
            Errors(Begin().From("click", c => c.Last(1)).Enrich("item_price").Enrich("price_again").Build()),
            Is.EqualTo(new[] { "$.enrichments[1].name" }));

    [Test]
    public void Validate_EnricherOutput_IsAColumn()
    {
        SequenceDefinitionBuilder builder = Begin()
            .From("click", c => c.Last(1).Where(Predicate.OnColumn("topic").EqualTo("toys"))).Column("topic");
        Assert.That(Errors(builder.Build()), Is.EqualTo(new[] { "$.sources[0].where.column", "$.columns[0].column" }));
        Assert.That(Errors(builder.Enrich("topic").Build()), Is.Empty);
    }

    [Test]
    public void Validate_EnricherAtIndexing_NeedsItsColumnsInTheSchema() => Assert.That(
        Errors(Begin().From("click", c => c.Last(1)).Enrich("topic", PlacementChoice.Indexing).Build()),
        Is.EqualTo(new[] { "$.enrichments[0].name" }));

    [Test]
    public void Validate_ColumnOfTwoTypes_IsRefusedWhereItIsUsed()
    {
        SequenceDefinitionBuilder builder = Begin().From("click", c => c.Last(1))
            .From("view", v => v.Last(1)).Enrich("topic").Enrich("topic_of_views");
        Assert.That(Errors(builder.Build()), Is.Empty);
        Assert.That(Errors(builder.Column("topic").Build()), Is.EqualTo(new[] { "$.columns[0].column" }));
    }

    [Test]
    public void Validate_TensorTooLarge_IsRefused()
    {
        SequenceDefinition definition = Begin().From("view", v => v.Last(1000)).Size(DefinitionLimits.MaxRows)
            .Tensors(t => t.Output("x", TensorType.Int8, f =>
            {
                for (int i = 0; i < 64; i++)
                {
                    f.Column("item_embedding");
                }
            })).Build();
        Assert.That(Errors(definition), Is.EqualTo(new[] { "$.tensors.outputs[0]" }));
    }

    [Test]
    public void Validate_WithoutCatalog_NamesTheMissingSteps()
    {
        SequenceDefinition full = DefinitionSamples.Full();
        Assert.That(DefinitionSamples.Paths(() => full.Validate(DefinitionSamples.Schema())), Is.EqualTo(new[]
        {
            "$.enrichments[0].name", "$.enrichments[1].name", "$.where.any[7].filter",
        }));
    }

    [Test]
    public void Validate_UnknownColumn_SaysWhatThereIs()
    {
        SequenceDefinition definition = Begin().From("click", c => c.Last(1)).Column("itemid").Build();
        DefinitionException error = Assert.Throws<DefinitionException>(() => definition.Validate(DefinitionSamples.Schema()))!;
        Assert.That(error.Errors.Single().Message, Is.EqualTo("unknown column 'itemid'; the sources have: item_id, country, price"));
    }

    [TestCase(255, true)]
    [TestCase(256, false)]
    [TestCase(-1, false)]
    public void Holds_UInt8_GoesByRange(int value, bool expected) =>
        Assert.That(LiteralFit.Holds(ColumnType.Scalar<byte>(), value), Is.EqualTo(expected));

    [Test]
    public void Holds_WholeColumnAndFraction_IsFalse() =>
        Assert.That(LiteralFit.Holds(ColumnType.Scalar<long>(), 5.0), Is.False);

    private static SequenceDefinitionBuilder Begin() => SequenceDefinition.Create("d").OwnedBy("o").Size(10);

    private static string[] Errors(SequenceDefinition definition)
    {
        try
        {
            definition.Validate(DefinitionSamples.Schema(), NamedSteps.Catalog());
            return [];
        }
        catch (DefinitionException error)
        {
            return [.. error.Errors.Select(e => e.Path)];
        }
    }
}
