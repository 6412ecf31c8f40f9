namespace Signals.Bench.Candidates;

/// <summary>A caller of LMDB. Its transaction waits for those of the others; its reads wait for nobody.</summary>
internal sealed class LmdbCaller(LmdbWriter writer, LmdbReader reader) : ICaller
{
    private readonly Answer _answer = new(ICandidate.ReadRows);

    public bool Blocks => true;

    public ValueTask AppendAsync(EventLog log, int start, int count)
    {
        writer.Write(log, start, count);
        return ValueTask.CompletedTask;
    }

    public int Read(ulong user)
    {
        reader.Read(user, ReadShape.AllTypes, _answer);
        return _answer.Count;
    }

    public void Dispose() => reader.Dispose();
}
