using Signals.Core.Definitions;
using Signals.Core.Definitions.Predicates;
using Signals.Core.Definitions.Values;
using Signals.Definitions;

namespace Signals.Tests.Core.Definitions;

[Category("Fast")]
internal sealed class SequenceDefinitionTests
{
    [Test]
    public void Build_SameCalls_AreEqual()
    {
        SequenceDefinition one = DefinitionSamples.Full();
        SequenceDefinition other = DefinitionSamples.Full();
        Assert.That(other, Is.EqualTo(one));
        Assert.That(other.GetHashCode(), Is.EqualTo(one.GetHashCode()));
        Assert.That(other with { Size = 255 }, Is.Not.EqualTo(one));
        Assert.That(other with { Columns = [.. other.Columns.Reverse()] }, Is.Not.EqualTo(one));
    }

    [Test]
    public void Build_Parameter_GivesTheSettingItsValue()
    {
        SequenceDefinition definition = DefinitionSamples.Full();
        Assert.That(definition.FromClauses[0].Count, Is.EqualTo(new Setting<int>(200, "views")));
        Assert.That(definition.FromClauses[0].Window!.Value.Value, Is.EqualTo(TimeSpan.FromDays(30)));
        Assert.That(((ComparisonPredicate)definition.FromClauses[0].Where!).Value.Value, Is.EqualTo((Literal)2.5));
    }

    [Test]
    public void Build_ManyErrors_AreAllReportedWithTheirPaths()
    {
        Parameter loose = Parameter.Integer("loose", 5, -1, 5);
        SequenceDefinitionBuilder builder = SequenceDefinition.Create("home feed", version: 0)
            .Parameters(loose, Parameter.Text("t", "x", "y"))
            .From("view", v => v.Last(0).Within(TimeSpan.Zero))
            .From("view", v => v.Last(loose).Where(Predicate.OnColumn("x").LessThan("y")))
            .Where(
                Predicate.OnColumn("a").Between(5, 4.5) & Predicate.OnColumn("b").In(1, "x")
                    & Predicate.OnColumn("c").EqualTo(Parameter.Number("other", 1, 0, 2)))
            .DistinctBy()
            .Quota(["click"], minimum: 3, maximum: 2)
            .Enrich("e", timeout: TimeSpan.FromTicks(1))
            .Column("x")
            .Column("y", name: "x")
            .Tensors(t => t.Jagged().Mask("m").Output("m", TensorType.Int8, f => f
                .Column("x", defaultValue: "text", scaling: new Scaling { Minimum = 2, Maximum = 1 })
                .EventType(CategoryEncoding.MultiHot)));

        Assert.That(DefinitionSamples.Paths(() => builder.Build()), Is.EquivalentTo(new[]
        {
            "$.name", "$.version", "$.owner", "$.parameters[1].default",
            "$.sources[0].count", "$.sources[0].window", "$.sources[1].eventType",
            "$.sources[1].count", "$.sources[1].where.lessThan", "$.where.all[0].between", "$.where.all[1].in[1]", "$.where.all[2].equals",
            "$.dedup.columns", "$.mix", "$.mix[0].eventTypes[0]", "$.mix[0].minimum",
            "$.enrichments[0].timeout", "$.size", "$.columns[1].name",
            "$.tensors.mask", "$.tensors.mask.name", "$.tensors.outputs[0].features[0].default",
            "$.tensors.outputs[0].features[0].scaling.minimum",
            "$.tensors.outputs[0].features[1].encoding",
        }));
    }

    [Test]
    public void Build_EndlessErrors_AreBounded()
    {
        SequenceDefinitionBuilder builder = SequenceDefinition.Create("small").OwnedBy("x").From("view", v => v.Last(1)).Size(1);
        for (int i = 0; i < 2 * DefinitionLimits.MaxErrors; i++)
        {
            builder.Column("not a name");
        }

        Assert.That(DefinitionSamples.Paths(() => builder.Build()), Has.Length.EqualTo(DefinitionLimits.MaxErrors));
    }

    [Test]
    public void Build_DeepOrWideConditions_AreRefused()
    {
        Predicate deep = Predicate.OnColumn("x").IsNull();
        for (int i = 0; i < DefinitionLimits.MaxPredicateDepth; i++)
        {
            deep = !deep;
        }

        SequenceDefinition small = DefinitionSamples.Small();
        Assert.That(DefinitionSamples.Paths((small with { Where = deep }).Check), Has.Length.EqualTo(1));
        Predicate wide = Predicate.Any([.. Enumerable.Repeat(Predicate.OnColumn("x").IsNull(), DefinitionLimits.MaxPredicates)]);
        Assert.That(DefinitionSamples.Paths((small with { Where = wide }).Check), Is.EqualTo(new[] { "$.where" }));
    }

    [Test]
    public void IsPortable_HostCondition_IsFalse()
    {
        SequenceDefinition small = DefinitionSamples.Small();
        Assert.That(small.IsPortable, Is.True);
        Assert.That(
            (small with { Where = Predicate.OnColumn("x").IsNull() | Predicate.Host<float>("dwell_seconds", d => d > 3) }).IsPortable,
            Is.False);
    }

    [TestCase(20, 100, false, 10, 10)]
    [TestCase(20, 35, true, 2, 3)]
    public void QuotaRows_OfASize_AreRoundedDown(int minimum, int maximum, bool isPercent, int least, int most)
    {
        var quota = new QuotaRule { EventTypes = ["view"], Minimum = minimum, Maximum = maximum, IsPercent = isPercent };
        Assert.That((Math.Min(quota.MinimumRows(10), 10), quota.MaximumRows(10)), Is.EqualTo((least, most)));
    }

    [Test]
    public void ScalingApply_Bounds_HoldAndNaNStays()
    {
        var scaling = new Scaling { Factor = 2, Offset = 1, Minimum = 0, Maximum = 10 };
        Assert.That(new[] { 2.0, 100, -100, double.NaN }.Select(scaling.Apply), Is.EqualTo(new[] { 5.0, 10, 0, double.NaN }));
    }
}
