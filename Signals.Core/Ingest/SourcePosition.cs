namespace Signals;

/// <summary>
/// The position at which a source of events continues. Everything that the source sent before it is in the store.
/// </summary>
/// <param name="Source">The source's name.</param>
/// <param name="Position">0 or more. The source decides what it counts (bytes, offsets, rows), as long as it only grows.</param>
public readonly record struct SourcePosition(string Source, long Position)
{
    /// <summary>Which source of that name the position belongs to.</summary>
    public SourceIncarnation Incarnation { get; init; }

    /// <summary>
    /// How often the source was reset. A position of a later generation always wins over one of an earlier generation.
    /// </summary>
    public int Generation { get; init; }

    /// <summary>
    /// Whether this position wins over <paramref name="other"/>. This is a total order, so records may be applied twice and in
    /// any order.
    /// </summary>
    internal bool IsAfter(SourcePosition other) =>
        Generation != other.Generation ? Generation > other.Generation
        : Position != other.Position ? Position > other.Position
        : Incarnation.CompareTo(other.Incarnation) > 0;
}
