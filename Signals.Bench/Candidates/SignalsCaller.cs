namespace Signals.Bench.Candidates;

/// <summary>A caller of this library: it appends from batches of its own and awaits the acknowledgement without a thread.</summary>
internal sealed class SignalsCaller(SignalStore store, StoreSetup setup) : ICaller
{
    private readonly IngestLanes _lanes = new(store, setup.HasItem);
    private readonly SignalsReader _reader = new(store, setup, EventLog.TypeNames);

    public bool Blocks => false;

    public ValueTask AppendAsync(EventLog log, int start, int count)
    {
        for (int i = start; i < start + count; i++)
        {
            _lanes.Add(log, i);
        }

        _lanes.AppendAll();
        return _lanes.WaitAsync();
    }

    public int Read(ulong user) => _reader.Read(user);

    public void Dispose()
    {
    }
}
