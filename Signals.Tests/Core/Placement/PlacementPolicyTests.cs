using Signals.Core.Placement;
using Signals.Definitions;
using Signals.Enrichment;

namespace Signals.Tests.Core.Placement;

/// <summary>The rules, each with what it goes by; and that a place is not changed in haste or back and forth.</summary>
[Category("Fast")]
internal sealed class PlacementPolicyTests
{
    private const StepPhase Serving = StepPhase.Serving;
    private const StepPhase Indexing = StepPhase.Indexing;
    private const long Minute = 60_000;

    private static readonly PlacementOptions Options = new()
    {
        Confirmations = 3,
        MinimumStay = TimeSpan.FromMinutes(5),
        Margin = 1.5,
        LateShare = 0.01,
        MinimumRuns = 1000,
        BytesPerMicrosecond = 10,
    };

    /// <summary>Shared by two established definitions, timely, and so that 100 bytes an event stand against 10 x 1 us x 10 = 100.</summary>
    private static readonly PlacementFigures Shared = new()
    {
        IsOffered = true,
        Definitions = 2,
        EstablishedDefinitions = 2,
        Runs = 5000,
        BytesPerEvent = 100,
        MicrosecondsPerRow = 1,
        RowsPerEvent = 10,
    };

    private static readonly object[] Rules =
    [
        Rule("not offered", Shared with { IsOffered = false, Pin = PlacementChoice.Indexing }, Serving, PlacementRule.NotOffered),
        Rule("pinned there", Shared with { Pin = PlacementChoice.Indexing, EstablishedDefinitions = 0 }, Indexing, PlacementRule.Pinned),
        Rule("pinned here", Shared with { Pin = PlacementChoice.Serving, IsRequired = true }, Serving, PlacementRule.Pinned),
        Rule("required", Shared with { IsRequired = true, Definitions = 0, EstablishedDefinitions = 0 }, Indexing, PlacementRule.Required),
        Rule("unused", Shared with { Definitions = 0, EstablishedDefinitions = 0 }, Serving, PlacementRule.Unused),
        Rule(
            "experimental", Shared with { Definitions = 5, EstablishedDefinitions = 0, LateShare = 1, RowsPerEvent = 1000 },
            Serving, PlacementRule.Experimental),
        Rule("too late", Shared with { EstablishedDefinitions = 1, LateShare = 0.02 }, Indexing, PlacementRule.TooLate),
        Rule("as late as may be", Shared with { EstablishedDefinitions = 1, LateShare = 0.01 }, Serving, PlacementRule.NotShared),
        Rule("late in a few runs", Shared with { EstablishedDefinitions = 1, LateShare = 1, Runs = 999 }, Serving, PlacementRule.NotShared),
        Rule("not shared, though dear", Shared with { EstablishedDefinitions = 1, RowsPerEvent = 1000 }, Serving, PlacementRule.NotShared),
        Rule("cheaper to store", Shared with { RowsPerEvent = 16 }, Indexing, PlacementRule.Cost),
        Rule("cheaper to compute", Shared with { RowsPerEvent = 5 }, Serving, PlacementRule.Cost),
        Rule("about even", Shared with { RowsPerEvent = 14 }, Serving, PlacementRule.Cost),
        Rule("no time known", Shared with { MicrosecondsPerRow = null, RowsPerEvent = 1000 }, Serving, PlacementRule.Unmeasured),
        Rule("no bytes known", Shared with { BytesPerEvent = null, RowsPerEvent = 1000 }, Serving, PlacementRule.Unmeasured),
        Rule("no new events", Shared with { RowsPerEvent = null }, Serving, PlacementRule.Unmeasured),
    ];

    [TestCaseSource(nameof(Rules))]
    public void Decide_InTheEnd_FollowsTheRule(object figures, StepPhase phase, PlacementRule rule)
    {
        PlacementDecision decision = PlacementDecision.Initial;
        for (int i = 0; i < 10; i++)
        {
            decision = PlacementPolicy.Decide((PlacementFigures)figures, decision, i * Minute, Options);
        }

        Assert.That((decision.Placement, decision.Rule), Is.EqualTo((phase, rule)));
    }

    [Test]
    public void Decide_OneThatWantsAnotherPlace_WaitsForOthersInARow()
    {
        PlacementFigures dear = Shared with { RowsPerEvent = 100 };
        PlacementDecision decision = Steps(PlacementDecision.Initial, 0, dear, dear, Shared with { RowsPerEvent = 1 }, dear, dear);
        Assert.That((decision.Placement, decision.Against), Is.EqualTo((Serving, 2)));
        Assert.That(Steps(decision, 9, dear).Placement, Is.EqualTo(Indexing));
    }

    [Test]
    public void Decide_PlaceThatIsNew_IsKeptForItsTime()
    {
        PlacementDecision stored = new(Indexing, PlacementRule.Cost, 0, 0);
        PlacementFigures cheap = Shared with { RowsPerEvent = 1 };
        PlacementDecision decision = Steps(stored, 0, cheap, cheap, cheap, cheap, cheap);
        Assert.That((decision.Placement, decision.Against), Is.EqualTo((Indexing, 5)));
        decision = Steps(decision, 5, cheap);
        Assert.That((decision.Placement, decision.SinceMs), Is.EqualTo((Serving, 5 * Minute)));
    }

    [Test]
    public void Decide_PinnedOrRequired_HoldsAtOnce()
    {
        PlacementDecision stored = new(Indexing, PlacementRule.Cost, 0, 0);
        Assert.That(Steps(stored, 0, Shared with { Pin = PlacementChoice.Serving }).Placement, Is.EqualTo(Serving));
        Assert.That(Steps(PlacementDecision.Initial, 0, Shared with { IsRequired = true }).Placement, Is.EqualTo(Indexing));
    }

    [Test]
    public void Decide_StoredBecauseLate_StaysUntilEnoughRunsAreTimely()
    {
        PlacementDecision stored = new(Indexing, PlacementRule.TooLate, long.MinValue, 0);
        PlacementFigures timely = Shared with { EstablishedDefinitions = 1, LateShare = 0 };
        Assert.That(
            Settled(stored, timely with { Runs = 10 }), Is.EqualTo((Indexing, PlacementRule.TooLate)), "hardly any run is left at serving");
        Assert.That(
            Settled(stored, timely with { LateShare = 0.008 }),
            Is.EqualTo((Indexing, PlacementRule.TooLate)), "better, but not by the margin");
        Assert.That(Settled(stored, timely), Is.EqualTo((Serving, PlacementRule.NotShared)));
    }

    [Test]
    public void Decide_FiguresThatSwingAboutTheThreshold_ChangeThePlaceOnceAtMost([Range(1, 20)] int seed)
    {
        Random random = new(seed);
        PlacementDecision decision = PlacementDecision.Initial;
        int changes = 0;
        for (int i = 0; i < 2000; i++)
        {
            // From 7 to 15 rows are worth 70 to 150 bytes, which stand against 100 with a margin of 1.5 on either side.
            PlacementFigures figures = Shared with { RowsPerEvent = 7 + (random.NextDouble() * 8), LateShare = random.NextDouble() * 0.01 };
            PlacementDecision next = PlacementPolicy.Decide(figures, decision, i * Minute, Options);
            changes += next.Placement == decision.Placement ? 0 : 1;
            decision = next;
        }

        Assert.That(changes, Is.LessThanOrEqualTo(1), $"seed {seed}");
    }

    private static TestCaseData Rule(string name, PlacementFigures figures, StepPhase phase, PlacementRule rule) =>
        new TestCaseData(figures, phase, rule).SetArgDisplayNames(name);

    private static PlacementDecision Steps(PlacementDecision decision, int minute, params PlacementFigures[] figures)
    {
        foreach (PlacementFigures one in figures)
        {
            decision = PlacementPolicy.Decide(one, decision, minute++ * Minute, Options);
        }

        return decision;
    }

    private static (StepPhase Placement, PlacementRule Rule) Settled(PlacementDecision decision, PlacementFigures figures)
    {
        decision = Steps(decision, 0, [.. Enumerable.Repeat(figures, 20)]);
        return (decision.Placement, decision.Rule);
    }
}
