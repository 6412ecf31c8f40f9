using Signals.Definitions;
using Signals.Enrichment;

namespace Signals.Core.Placement;

/// <summary>
/// Decides where an enrichment is computed. The rules for experiments and sharing are those of large recommenders. An enrichment
/// that is only being tried, or that only one definition uses, is not worth bytes in every event. An enrichment that is too late
/// at serving must be stored. An enrichment that several established definitions share is computed where it is cheaper.
/// </summary>
/// <remarks>Pure. The values are the same in either place, so the decision affects cost and never correctness.</remarks>
internal static class PlacementPolicy
{
    /// <summary>
    /// Decides cautiously: the placement changes only when enough decisions in a row want it and the present one was kept long
    /// enough.
    /// </summary>
    public static PlacementDecision Decide(in PlacementFigures figures, in PlacementDecision now, long nowMs, PlacementOptions options)
    {
        (StepPhase phase, PlacementRule rule) = Wanted(figures, now, options);
        if (phase == now.Placement)
        {
            return now with { Rule = rule, Against = 0 };
        }

        bool waits = rule is not (PlacementRule.Pinned or PlacementRule.Required or PlacementRule.NotOffered);
        bool isKept = now.SinceMs != long.MinValue && nowMs - now.SinceMs < options.MinimumStay.TotalMilliseconds;
        return waits && (isKept || now.Against + 1 < options.Confirmations)
            ? now with { Against = now.Against + 1 }
            : new PlacementDecision(phase, rule, nowMs, 0);
    }

    private static (StepPhase Placement, PlacementRule Rule) Wanted(
        in PlacementFigures figures, in PlacementDecision now, PlacementOptions options)
    {
        if (!figures.IsOffered)
        {
            return (StepPhase.Serving, PlacementRule.NotOffered);
        }

        if (figures.Pin != PlacementChoice.Automatic)
        {
            return (
                figures.Pin == PlacementChoice.Indexing ? StepPhase.Indexing : StepPhase.Serving,
                PlacementRule.Pinned);
        }

        if (figures.IsRequired)
        {
            return (StepPhase.Indexing, PlacementRule.Required);
        }

        if (figures.EstablishedDefinitions == 0)
        {
            return (StepPhase.Serving, figures.Definitions == 0 ? PlacementRule.Unused : PlacementRule.Experimental);
        }

        return IsTooLate(figures, now, options) ? (StepPhase.Indexing, PlacementRule.TooLate)
            : figures.EstablishedDefinitions == 1 ? (StepPhase.Serving, PlacementRule.NotShared)
            : Cheaper(figures, now, options);
    }

    /// <summary>
    /// Whether it is too late at serving. Once it is stored for that reason, few runs at serving are left to judge by; while
    /// there are not enough of them, it stays stored.
    /// </summary>
    private static bool IsTooLate(in PlacementFigures figures, in PlacementDecision now, PlacementOptions options)
    {
        bool isEnough = figures.Runs >= options.MinimumRuns;
        return now is { IsStored: true, Rule: PlacementRule.TooLate }
            ? !isEnough || figures.LateShare >= options.LateShare / options.Margin
            : isEnough && figures.LateShare > options.LateShare;
    }

    private static (StepPhase Placement, PlacementRule Rule) Cheaper(
        in PlacementFigures figures, in PlacementDecision now, PlacementOptions options)
    {
        if (figures is not { BytesPerEvent: { } bytes, MicrosecondsPerRow: { } microseconds, RowsPerEvent: { } rows })
        {
            return (now.Placement, now.Rule == PlacementRule.Cost ? PlacementRule.Cost : PlacementRule.Unmeasured);
        }

        double spared = rows * microseconds * options.BytesPerMicrosecond;
        bool isStored = now.IsStored ? spared * options.Margin >= bytes : spared > bytes * options.Margin;
        return (isStored ? StepPhase.Indexing : StepPhase.Serving, PlacementRule.Cost);
    }
}
