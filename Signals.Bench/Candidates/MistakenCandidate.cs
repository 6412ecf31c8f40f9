using Signals.Bench.Vectors;
using Signals.Bench.Workloads;

namespace Signals.Bench.Candidates;

/// <summary>
/// This library, but with a wrong value in the newest row of every answer that is checked. It shows that the harness notices a
/// wrong answer.
/// </summary>
internal sealed class MistakenCandidate(StoreSetup setup) : ICandidate
{
    private readonly SignalsCandidate _right = new(setup);

    public string Name => "mistaken";

    public string Settings => _right.Settings;

    public string DataFileEnd => _right.DataFileEnd;

    public bool TakesVectors => _right.TakesVectors;

    public void Ingest(EventLog log, int producers) => _right.Ingest(log, producers);

    public void Append(EventLog log, int start, int count) => _right.Append(log, start, count);

    public void FlushAndCompact() => _right.FlushAndCompact();

    public int Read(ulong user, ReadShape shape) => _right.Read(user, shape);

    public void Read(ulong user, ReadShape shape, Answer answer)
    {
        _right.Read(user, shape, answer);
        answer.Actions[0]++;
    }

    public void Enrich(EnrichmentRows rows) => _right.Enrich(rows);

    public int ReadVectors(ulong user) => _right.ReadVectors(user);

    public void ReadVectors(ulong user, VectorAnswer answer)
    {
        _right.ReadVectors(user, answer);
        answer.Vectors[0]++;
    }

    public ICaller NewCaller() => _right.NewCaller();

    public string Describe() => _right.Describe();

    public void Dispose() => _right.Dispose();
}
