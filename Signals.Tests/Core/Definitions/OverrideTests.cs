using Signals.Core.Definitions.Predicates;
using Signals.Core.Definitions.Values;
using Signals.Definitions;

namespace Signals.Tests.Core.Definitions;

[Category("Fast")]
internal sealed class OverrideTests
{
    private static readonly SequenceDefinition Full = DefinitionSamples.Full();

    [Test]
    public void With_Nothing_IsTheSameObject() => Assert.That(Full.With(), Is.SameAs(Full));

    [Test]
    public void With_Values_ReachEverySettingAndTheHash()
    {
        SequenceDefinition effective = Full.With(
            new ParameterOverride("views", 0), ParameterOverride.Duration("lookback", TimeSpan.FromDays(7)),
            new ParameterOverride("min_dwell", 4),
            new ParameterOverride("country", "FR"), new ParameterOverride("fresh", false));
        Assert.That(effective.FromClauses[0].Count.Value, Is.Zero);
        Assert.That(effective.FromClauses[0].Window!.Value.Value, Is.EqualTo(TimeSpan.FromDays(7)));
        Assert.That(((ComparisonPredicate)effective.FromClauses[0].Where!).Value.Value, Is.EqualTo((Literal)4));
        ValueList<Predicate> any = ((AnyPredicate)effective.Where!).Predicates;
        Assert.That(((ComparisonPredicate)any[0]).Value.Value, Is.EqualTo((Literal)"FR"));
        Assert.That(((ComparisonPredicate)any[4]).Value.Value, Is.EqualTo((Literal)false));
        Assert.That(effective.ComputeContentHash(), Is.Not.EqualTo(Full.ComputeContentHash()));
        Assert.That(SequenceDefinition.Parse(effective.ToJson()), Is.EqualTo(effective));
    }

    [Test]
    public void With_TheDefaults_EqualsTheDefinition() =>
        Assert.That(Full.With(new ParameterOverride("views", 200)).ComputeContentHash(), Is.EqualTo(Full.ComputeContentHash()));

    [Test]
    public void With_ManyMistakes_AreAllReported()
    {
        Assert.That(DefinitionSamples.Paths(() => Full.With(
            new ParameterOverride("views", 501),
            new ParameterOverride("nobody", 1),
            new ParameterOverride("min_dwell", -0.001),
            new ParameterOverride("country", "IT"),
            new ParameterOverride("fresh", 1),
            new ParameterOverride("lookback", "7d"))), Is.EqualTo(Enumerable.Range(0, 6).Select(i => $"$.overrides[{i}]")));
        Assert.That(
            DefinitionSamples.Paths(() => Full.With(new ParameterOverride("fresh", true), new ParameterOverride("fresh", false))),
            Is.EqualTo(new[] { "$.overrides[1]" }));
    }

    [Test]
    public void With_ValuesThatContradictEachOther_AreRefused()
    {
        Parameter low = Parameter.Integer("low", 1, 0, 10);
        Parameter high = Parameter.Integer("high", 5, 0, 10);
        SequenceDefinition definition = SequenceDefinition.Create("d").OwnedBy("o").Parameters(low, high)
            .From("view", v => v.Last(1)).Where(Predicate.OnColumn("x").Between(low, high)).Size(1).Build();
        Assert.That(definition.With(new ParameterOverride("low", 5)).Where, Is.Not.EqualTo(definition.Where));
        Assert.That(
            DefinitionSamples.Paths(() => definition.With(new ParameterOverride("low", 6))), Is.EqualTo(new[] { "$.where.between" }));
    }
}
