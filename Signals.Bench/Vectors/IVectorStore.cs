namespace Signals.Bench.Vectors;

/// <summary>A store of events of one type that have a vector, open on an empty folder. Thread contract: one thread calls it.</summary>
internal interface IVectorStore : IDisposable
{
    string Name { get; }

    /// <summary>Takes in every event and puts it where warm reads find it fastest.</summary>
    void Ingest(VectorWorkload workload);

    /// <summary>Reads a user's newest rows, vectors included, and returns how many there are. What is timed.</summary>
    int Read(uint user);

    /// <summary>The same read, with the answer copied out for checking.</summary>
    void Read(uint user, VectorAnswer answer);
}
