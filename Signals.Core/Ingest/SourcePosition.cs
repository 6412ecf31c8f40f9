namespace Signals.Core.Ingest;

/// <summary>Where a source of events goes on: everything that it sent before is in the store.</summary>
/// <param name="Source">The source's name.</param>
/// <param name="Position">0 or more; what it counts is the source's business, as long as it only grows: bytes, offsets, rows.</param>
public readonly record struct SourcePosition(string Source, long Position)
{
    /// <summary>Which source of that name the position belongs to.</summary>
    public SourceIncarnation Incarnation { get; init; }

    /// <summary>How often the source was reset. Positions of an earlier generation never win.</summary>
    public int Generation { get; init; }

    /// <summary>Whether this one wins over <paramref name="other"/>: a total order, so that records may be applied twice and in any order.</summary>
    internal bool IsAfter(SourcePosition other) =>
        Generation != other.Generation ? Generation > other.Generation
        : Position != other.Position ? Position > other.Position
        : Incarnation.CompareTo(other.Incarnation) > 0;
}
