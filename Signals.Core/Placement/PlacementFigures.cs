using Signals.Core.Definitions;

namespace Signals.Core.Placement;

/// <summary>What is known of an enrichment when it is decided where it is computed. Immutable.</summary>
internal readonly record struct PlacementFigures
{
    /// <summary>What the host pinned; <see cref="PlacementChoice.Automatic"/> for nothing.</summary>
    public PlacementChoice Pin { get; init; }

    /// <summary>Whether the store can run it at indexing.</summary>
    public bool IsOffered { get; init; }

    /// <summary>Whether a served definition asks for it to be stored.</summary>
    public bool IsRequired { get; init; }

    /// <summary>Served definitions that leave its place to the store.</summary>
    public int Definitions { get; init; }

    /// <summary>Of those, the ones that are not experimental.</summary>
    public int EstablishedDefinitions { get; init; }

    /// <summary>Runs at serving that computed something, lately.</summary>
    public double Runs { get; init; }

    /// <summary>Of those, the share that was too late.</summary>
    public double LateShare { get; init; }

    /// <summary>Bytes that an event's outputs have, before compression; null while unknown.</summary>
    public double? BytesPerEvent { get; init; }

    /// <summary>Microseconds that computing a row at serving takes; null while unknown.</summary>
    public double? MicrosecondsPerRow { get; init; }

    /// <summary>Rows in which reads wanted it, stored or not, for each new event; null without new events.</summary>
    public double? RowsPerEvent { get; init; }

    /// <summary>The share of those rows in which it was stored.</summary>
    public double StoredShare { get; init; }
}
