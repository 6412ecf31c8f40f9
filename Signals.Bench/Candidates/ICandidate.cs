using Signals.Bench.Vectors;
using Signals.Bench.Workloads;

namespace Signals.Bench.Candidates;

/// <summary>
/// A store that is compared, open in an empty folder of its own. Thread contract: one thread calls it, except where a member
/// allows more.
/// </summary>
internal interface ICandidate : IDisposable
{
    /// <summary>The number of rows of a read.</summary>
    const int ReadRows = 100;

    /// <summary>The number of rows of a batch.</summary>
    const int BatchRows = 256;

    string Name { get; }

    /// <summary>How the store is configured.</summary>
    string Settings { get; }

    /// <summary>The ends of the names of the files that hold the data at rest, without logs.</summary>
    string DataFileEnd { get; }

    /// <summary>
    /// Ingests every event, and returns when the last one is written to the operating system and visible to reads.
    /// </summary>
    /// <param name="log">The events.</param>
    /// <param name="producers">The number of threads that append at the same time, when the store allows several.</param>
    void Ingest(EventLog log, int producers);

    /// <summary>Whether several threads may append at the same time.</summary>
    bool TakesManyProducers => true;

    /// <summary>Whether another thread may read while one appends.</summary>
    bool ReadsWhileIngesting => true;

    /// <summary>Whether it can be opened so that an acknowledged batch survives a power cut.</summary>
    bool CanSync => true;

    /// <summary>Appends one batch of a log on one thread, and returns when the store has acknowledged it.</summary>
    void Append(EventLog log, int start, int count);

    /// <summary>Writes everything into sorted files and merges them as far as the store does.</summary>
    void FlushAndCompact();

    /// <summary>Reads all columns of a user's newest rows and returns the number of rows. The timed phases call it.</summary>
    int Read(ulong user, ReadShape shape);

    /// <summary>Does the same read and copies the answer out for checking.</summary>
    void Read(ulong user, ReadShape shape, Answer answer);

    /// <summary>Whether it was opened with an enrichment and takes one by <see cref="Enrich"/>.</summary>
    bool TakesVectors => false;

    /// <summary>
    /// Gives every event of the rows its vector, in the way that suits the store, and returns when reads find the vectors.
    /// <see cref="FlushAndCompact"/> may put them into their final place later.
    /// </summary>
    void Enrich(EnrichmentRows rows) => throw new NotSupportedException($"{Name} takes no vectors.");

    /// <summary>
    /// Reads a user's newest rows of the enriched type: times, ids, plain fields and vectors. Returns the number of rows.
    /// </summary>
    int ReadVectors(ulong user) => throw new NotSupportedException($"{Name} has no vectors.");

    /// <summary>Reads times, ids and vectors of the same rows for checking. A row without a vector has zeros.</summary>
    void ReadVectors(ulong user, VectorAnswer answer) => throw new NotSupportedException($"{Name} has no vectors.");

    /// <summary>A caller among many; null when the store does not allow many threads at the same time.</summary>
    ICaller? NewCaller() => null;

    /// <summary>What the store reports about its own work, for the log.</summary>
    string Describe();
}
