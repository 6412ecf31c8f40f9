using System.Globalization;
using Signals.Core.Enrichment;
using Signals.Core.Placement;

namespace Signals.Storage.Placement;

/// <summary>Where one enrichment is computed for new events, which rule decided so, and the figures that it went by. Immutable.</summary>
/// <remarks>Figures are of the last few minutes, estimated from a sample of the runs; the older the less they count.</remarks>
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

    /// <summary>Whether new events are stored with it, or it is computed whenever they are read.</summary>
    public EnrichmentPlacement Placement { get; }

    /// <summary>What decided so.</summary>
    public PlacementRule Rule { get; }

    /// <summary>Since when; null when it was so since the store was opened.</summary>
    public DateTimeOffset? Since { get; }

    /// <summary>How many decisions in a row wanted the other place by now.</summary>
    public int Against { get; }

    /// <summary>Served definitions that leave its place to the store.</summary>
    public int Definitions => _figures.Definitions;

    /// <summary>Of those, the ones that are not experimental.</summary>
    public int EstablishedDefinitions => _figures.EstablishedDefinitions;

    /// <summary>Bytes that it adds to an event, before compression; null while unknown.</summary>
    public double? BytesPerEvent => _figures.BytesPerEvent;

    /// <summary>Microseconds that a row of an answer takes where it is computed; null while unknown.</summary>
    public double? MicrosecondsPerRow => _figures.MicrosecondsPerRow;

    /// <summary>Rows of answers in which it is wanted, for each new event; null without new events.</summary>
    public double? RowsPerEvent => _figures.RowsPerEvent;

    /// <summary>The share of its runs at serving that were too late.</summary>
    public double LateShare => _figures.LateShare;

    /// <summary>The share of the rows in which it was wanted and stored already.</summary>
    public double StoredShare => _figures.StoredShare;

    /// <summary>What decided, as a sentence.</summary>
    public string Reason => Rule switch
    {
        PlacementRule.Pinned => "the host pinned it",
        PlacementRule.NotOffered => "the store was not given it to run at indexing",
        PlacementRule.Required => "a served definition asks for it to be stored",
        PlacementRule.Unused => "no served definition uses it",
        PlacementRule.Experimental => "only experimental definitions use it",
        PlacementRule.TooLate => "it comes too late at serving",
        PlacementRule.NotShared => "one definition alone uses it",
        PlacementRule.Cost => Placement == EnrichmentPlacement.Indexing ? "shared, and storing it is cheaper" : "shared, and computing it is cheaper",
        _ => "too little is measured yet",
    };

    /// <summary>A line: name, place, figures, reason.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture,
        $"{Enricher,-24}{(Placement == EnrichmentPlacement.Indexing ? "indexing" : "serving"),-10}{Definitions,6}{Figure(BytesPerEvent),10}{Figure(MicrosecondsPerRow),10}{Figure(RowsPerEvent),12}{LateShare,9:P2}{StoredShare,9:P0}  {Reason}");

    private static string Figure(double? value) => value is { } known ? known.ToString("0.##", CultureInfo.InvariantCulture) : "-";
}
