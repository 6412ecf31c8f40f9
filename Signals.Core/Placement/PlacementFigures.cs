using Signals.Definitions;

namespace Signals.Core.Placement;

/// <summary>The facts about an enrichment that decide where it is computed. Immutable.</summary>
internal readonly record struct PlacementFigures
{
    /// <summary>The placement that the host pinned; <see cref="PlacementChoice.Automatic"/> when it pinned none.</summary>
    public PlacementChoice Pin { get; init; }

    /// <summary>Whether the store can run the enricher at indexing.</summary>
    public bool IsOffered { get; init; }

    /// <summary>Whether a served definition asks for it to be stored.</summary>
    public bool IsRequired { get; init; }

    /// <summary>The number of served definitions that leave its placement to the store.</summary>
    public int Definitions { get; init; }

    /// <summary>How many of those definitions are not experimental.</summary>
    public int EstablishedDefinitions { get; init; }

    /// <summary>The number of recent runs at serving that computed something.</summary>
    public double Runs { get; init; }

    /// <summary>The share of those runs that was too late.</summary>
    public double LateShare { get; init; }

    /// <summary>The bytes of an event's outputs, before compression; null while unknown.</summary>
    public double? BytesPerEvent { get; init; }

    /// <summary>The microseconds that computing one row at serving takes; null while unknown.</summary>
    public double? MicrosecondsPerRow { get; init; }

    /// <summary>The number of rows in which reads wanted it, stored or not, per new event; null without new events.</summary>
    public double? RowsPerEvent { get; init; }

    /// <summary>The share of those rows in which it was stored.</summary>
    public double StoredShare { get; init; }
}
