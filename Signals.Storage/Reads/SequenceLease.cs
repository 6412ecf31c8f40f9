using Signals.Serving;

namespace Signals;

/// <summary>
/// The lease of a <see cref="Sequence"/> or of a <see cref="ServedSequence"/>, without saying of which. It is for a type of yours that
/// holds either kind of answer and is copied often: one field for both is half as much to copy as two of which one is empty.
/// </summary>
/// <remarks>
/// Thread contract: as the answer's. It shares the lease with the answer that it comes from: dispose only one of them. A lease gives back
/// an answer of its own kind only, with <see cref="Sequence.Of"/> or <see cref="ServedSequence.Of"/>.
/// </remarks>
public readonly record struct SequenceLease
{
    internal SequenceLease(object? owner, int generation)
    {
        Owner = owner;
        Generation = generation;
    }

    internal object? Owner { get; }

    internal int Generation { get; }

    internal static ArgumentException IsNotOf(string kind) =>
        new($"The lease is not that of a {kind}; give it to the method Of of the type from whose Lease it comes.");
}
