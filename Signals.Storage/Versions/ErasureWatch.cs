using System.Collections.Concurrent;

namespace Signals.Storage.Versions;

/// <summary>
/// A queue of the erasures of a set, in the order in which they were added; those that were in the set before come first. It
/// holds the erasures that were not taken yet. Thread contract: the writer of the set adds, and one other thread takes. Lifetime:
/// that of the set.
/// </summary>
internal sealed class ErasureWatch
{
    private readonly ConcurrentQueue<Erasure> _erasures = new();

    /// <summary>Adds an erasure. Called by the set only.</summary>
    public void Put(Erasure erasure) => _erasures.Enqueue(erasure);

    /// <summary>Returns the next erasure without removing it. False when there is none.</summary>
    public bool TryPeek(out Erasure erasure) => _erasures.TryPeek(out erasure);

    /// <summary>Removes the next erasure.</summary>
    public void Pass() => _erasures.TryDequeue(out _);
}
