namespace Signals.Bench.Vectors;

/// <summary>A store of events of one type with a vector, open in an empty folder. Thread contract: one thread calls it.</summary>
internal interface IVectorStore : IDisposable
{
    string Name { get; }

    /// <summary>Ingests every event and brings it to where warm reads find it fastest.</summary>
    void Ingest(VectorWorkload workload);

    /// <summary>Reads a user's newest rows with their vectors and returns the number of rows. This call is timed.</summary>
    int Read(ulong user);

    /// <summary>Does the same read and copies the answer out for checking.</summary>
    void Read(ulong user, VectorAnswer answer);
}
