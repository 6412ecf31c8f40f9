using RocksDbSharp;

namespace Signals.Bench.Candidates;

/// <summary>A caller of RocksDB. Its write blocks; RocksDB joins the writes of waiting threads into one.</summary>
internal sealed class RocksDbCaller(RocksDb database, ReadOptions reading, WriteOptions writing, StoreSetup setup) : ICaller
{
    private readonly RocksDbWriter _writer = new(database, writing, setup);
    private readonly RocksDbReader _reader = new(database, reading);
    private readonly Answer _answer = new(ICandidate.ReadRows);

    public bool Blocks => true;

    public ValueTask AppendAsync(EventLog log, int start, int count)
    {
        _writer.Write(log, start, count);
        return ValueTask.CompletedTask;
    }

    public int Read(ulong user)
    {
        _reader.Read(user, ReadShape.AllTypes, _answer);
        return _answer.Count;
    }

    public void Dispose() => _writer.Dispose();
}
