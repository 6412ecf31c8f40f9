using System.Globalization;
using Signals.Core.Placement;

namespace Signals.Enrichment;

/// <summary>
/// Where one enrichment is computed for new events, which rule decided it, and the figures that the rule used. Immutable.
/// </summary>
/// <remarks>Figures cover the last few minutes and are estimated from a sample of the runs. Older runs count less.</remarks>
public sealed class EnricherPlacement
{
    private readonly PlacementFigures _figures;

    internal EnricherPlacement(string enricher, in PlacementDecision decision, in PlacementFigures figures)
    {
        Enricher = enricher;
        Placement = decision.Placement;
        Rule = decision.Rule;
        Since = decision.SinceMs == long.MinValue ? null : DateTimeOffset.FromUnixTimeMilliseconds(decision.SinceMs);
        Against = decision.Against;
        _figures = figures;
    }

    /// <summary>The enricher's name.</summary>
    public string Enricher { get; }

    /// <summary>Whether the enrichment is stored with new events, or computed whenever they are read.</summary>
    public StepPhase Placement { get; }

    /// <summary>The rule that decided the place.</summary>
    public PlacementRule Rule { get; }

    /// <summary>When the place last changed; null when it has not changed since the store was opened.</summary>
    public DateTimeOffset? Since { get; }

    /// <summary>How many decisions in a row have preferred the other place so far.</summary>
    public int Against { get; }

    /// <summary>How many served definitions leave the place to the store.</summary>
    public int Definitions => _figures.Definitions;

    /// <summary>How many of those definitions are not experimental.</summary>
    public int EstablishedDefinitions => _figures.EstablishedDefinitions;

    /// <summary>Bytes that the enrichment adds to an event, before compression; null while unknown.</summary>
    public double? BytesPerEvent => _figures.BytesPerEvent;

    /// <summary>Microseconds that computing the enrichment takes for a row of an answer; null while unknown.</summary>
    public double? MicrosecondsPerRow => _figures.MicrosecondsPerRow;

    /// <summary>Rows of answers that need the enrichment, for each new event; null when there were no new events.</summary>
    public double? RowsPerEvent => _figures.RowsPerEvent;

    /// <summary>The share of the enricher's runs at serving that were too late.</summary>
    public double LateShare => _figures.LateShare;

    /// <summary>The share of the rows needing the enrichment in which it was already stored.</summary>
    public double StoredShare => _figures.StoredShare;

    /// <summary>The reason for the decision, as a sentence.</summary>
    public string Reason => Rule switch
    {
        PlacementRule.Pinned => "the host pinned it",
        PlacementRule.NotOffered => "the store was not given it to run at indexing",
        PlacementRule.Required => "a served definition asks for it to be stored",
        PlacementRule.Unused => "no served definition uses it",
        PlacementRule.Experimental => "only experimental definitions use it",
        PlacementRule.TooLate => "it comes too late at serving",
        PlacementRule.NotShared => "one definition alone uses it",
        PlacementRule.Cost => Placement == StepPhase.Indexing
            ? "shared, and storing it is cheaper"
            : "shared, and computing it is cheaper",
        _ => "too little is measured yet",
    };

    /// <summary>One line with name, place, figures and reason.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture,
        $"{Enricher,-24}{(Placement == StepPhase.Indexing ? "indexing" : "serving"),-10}{Definitions,6}"
            + $"{Figure(BytesPerEvent),10}{Figure(MicrosecondsPerRow),10}{Figure(RowsPerEvent),12}"
            + $"{LateShare,9:P2}{StoredShare,9:P0}  {Reason}");

    private static string Figure(double? value) => value is { } known ? known.ToString("0.##", CultureInfo.InvariantCulture) : "-";
}
