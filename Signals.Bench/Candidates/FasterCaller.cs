namespace Signals.Bench.Candidates;

/// <summary>A caller of FASTER with a session of its own. It awaits the commit of the log without a thread.</summary>
internal sealed class FasterCaller(FasterWriteAheadLog writeAhead, FasterSession session, int rowBytes) : ICaller
{
    private readonly FasterReader _reader = new(session, rowBytes);
    private readonly Answer _answer = new(ICandidate.ReadRows);

    public bool Blocks => false;

    public ValueTask AppendAsync(EventLog log, int start, int count)
    {
        writeAhead.Enqueue(log, start, count);
        FasterCandidate.Insert(session, log, start, count);
        return writeAhead.CommitAsync();
    }

    public int Read(ulong user)
    {
        _reader.Read(user, ReadShape.AllTypes, _answer);
        return _answer.Count;
    }

    public void Dispose() => session.Dispose();
}
