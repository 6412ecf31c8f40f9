using System.Runtime.InteropServices;
using Signals.Bench.Candidates;

namespace Signals.Bench.Vectors;

/// <summary>This library with its default options. A vector has 64 elements of type <typeparamref name="T"/>.</summary>
internal sealed class SignalsVectors<T> : IVectorStore
    where T : unmanaged
{
    private const int Dimensions = 64;

    private readonly SignalStore _store;
    private readonly SequenceQuery _query;
    private long _sink;

    public SignalsVectors(string path)
    {
        StoreSchema schema = StoreSchema.Define(s => s.EventType("view", t => t.Vector<T>("embedding", Dimensions)));
        _store = SignalStore.Open(path, schema);
        _query = _store.Query("view").Last(VectorAnswer.Rows).Build();
    }

    public string Name => "Signals";

    public void Ingest(VectorWorkload workload)
    {
        Column<T> column = _store.Schema["view"].Column<T>("embedding");
        EventBatch batch = _store.CreateBatch("view", ICandidate.BatchRows);
        T[] vector = new T[Dimensions];
        for (int i = 0; i < workload.Log.Count; i++)
        {
            VectorWorkload.WriteVector(workload.Log.Ids[i], MemoryMarshal.AsBytes(vector.AsSpan()));
            batch.Add(UserId.From(workload.Log.Users[i]), workload.Log.Times[i], workload.Log.Ids[i]).SetVector(column, vector);
            if (batch.Count == ICandidate.BatchRows || i == workload.Log.Count - 1)
            {
                _store.Append(batch);
                batch.Clear();
            }
        }

        _store.CompactAsync().GetAwaiter().GetResult();
    }

    public int Read(ulong user)
    {
        using Sequence sequence = _store.Read(UserId.From(user), _query);
        if (sequence.Count > 0)
        {
            _sink += sequence.Times[^1] + (long)sequence.Ids[^1] + MemoryMarshal.AsBytes(sequence.Vector<T>("embedding"))[^1];
        }

        return sequence.Count;
    }

    public void Read(ulong user, VectorAnswer answer)
    {
        using Sequence sequence = _store.Read(UserId.From(user), _query);
        answer.Count = sequence.Count;
        sequence.Times.CopyTo(answer.Times);
        sequence.Ids.CopyTo(answer.Ids);
        MemoryMarshal.AsBytes(sequence.Vector<T>("embedding")).CopyTo(answer.Vectors);
    }

    public void Dispose()
    {
        _store.Dispose();
        GC.KeepAlive(_sink);
    }
}
