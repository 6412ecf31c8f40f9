using Signals.Core.Model;

namespace Signals.Storage.Compaction;

/// <summary>Patches of one source whose event is missing: how many, and the first few of them. Immutable.</summary>
/// <param name="EventType">Event type.</param>
/// <param name="Source">The stamp of the segment that brought them.</param>
/// <param name="Count">How many patches.</param>
/// <param name="Sample">At most <see cref="SampleSize"/> of them.</param>
internal sealed record OrphanCount(ushort EventType, Stamp Source, long Count, IReadOnlyList<OrphanKey> Sample)
{
    /// <summary>How many orphans a sample names at most.</summary>
    public const int SampleSize = 16;

    /// <summary>The sum of two counts of the same type and source.</summary>
    public OrphanCount Plus(OrphanCount other) =>
        this with { Count = Count + other.Count, Sample = [.. Sample.Concat(other.Sample).Take(SampleSize)] };
}
