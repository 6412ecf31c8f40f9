using System.Collections.Concurrent;

namespace Signals.Storage.Versions;

/// <summary>
/// The erasures of a set, in the order in which they joined it: those of before it was made first. The set's writer puts them in, one other
/// thread takes them out. Holds what was not taken. Lives as long as the set.
/// </summary>
internal sealed class ErasureWatch
{
    private readonly ConcurrentQueue<Erasure> _erasures = new();

    /// <summary>Puts one in; by the set alone.</summary>
    public void Put(Erasure erasure) => _erasures.Enqueue(erasure);

    /// <summary>The next one; false when there is none.</summary>
    public bool TryPeek(out Erasure erasure) => _erasures.TryPeek(out erasure);

    /// <summary>Takes the next one out.</summary>
    public void Pass() => _erasures.TryDequeue(out _);
}
