using Signals.Bench.Workloads;

namespace Signals.Bench.Candidates;

/// <summary>A store under comparison, open on an empty folder of its own. Thread contract: one thread calls it, but where a member says more.</summary>
internal interface ICandidate : IDisposable
{
    /// <summary>Rows of a read.</summary>
    const int ReadRows = 100;

    /// <summary>Rows of a batch.</summary>
    const int BatchRows = 256;

    string Name { get; }

    /// <summary>How it is set up.</summary>
    string Settings { get; }

    /// <summary>Ends of the names of the files that hold the data at rest, logs excluded.</summary>
    string DataFileEnd { get; }

    /// <summary>Takes in every event and returns when the last one is written to the operating system and visible to reads.</summary>
    /// <param name="log">The events.</param>
    /// <param name="producers">Threads that append at the same time, where the store takes several.</param>
    void Ingest(EventLog log, int producers);

    /// <summary>Whether several threads may append at the same time.</summary>
    bool TakesManyProducers => true;

    /// <summary>Whether another thread may read while one appends.</summary>
    bool ReadsWhileIngesting => true;

    /// <summary>Whether it can be opened so that an acknowledged batch survives a power cut.</summary>
    bool CanSync => true;

    /// <summary>Takes in one batch of a log, one thread, and returns when it is acknowledged as the store was opened to acknowledge.</summary>
    void Append(EventLog log, int start, int count);

    /// <summary>Puts everything into sorted files and merges these as far as the store does.</summary>
    void FlushAndCompact();

    /// <summary>Reads a user's newest rows, every column, and returns how many there are. What the timed phases call.</summary>
    int Read(uint user, ReadShape shape);

    /// <summary>The same read, with the answer copied out for checking.</summary>
    void Read(uint user, ReadShape shape, Answer answer);

    /// <summary>What the store says about its own work, for the log.</summary>
    string Describe();
}
