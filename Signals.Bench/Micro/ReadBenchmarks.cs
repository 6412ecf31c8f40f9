using BenchmarkDotNet.Attributes;
using Signals.Bench.Serving;
using Signals.Serving;

namespace Signals.Bench.Micro;

/// <summary>
/// Reads of a warm store: the newest 100 events of one type, those of three types merged, and the tensors of eight users.
/// </summary>
public class ReadBenchmarks
{
    private const int Users = 200;
    private const int Batch = 8;

    private readonly string _folder = Path.Combine(Path.GetTempPath(), $"signals-bench-{Guid.NewGuid():N}");
    private readonly UserId[] _batch = [.. Enumerable.Range(0, Batch).Select(i => UserId.From((ulong)i + 1))];
    private SignalStore _store = null!;
    private SequenceQuery _one = null!;
    private SequenceQuery _three = null!;
    private TensorSet _tensors = null!;
    private uint _user;

    [GlobalSetup]
    public void Open()
    {
        Directory.CreateDirectory(_folder);
        _store = ServingStore.Open(_folder, Users, perType: 400, embeddingIsStored: true);
        _one = _store.Query("view").Last(100).Columns("item", "dwell").Build();
        _three = _store.Query("view", "click", "purchase").Last(100).Columns("item", "dwell").Build();
        _tensors = new TensorSet()
            .Bind<Half>("embedding", new Half[Batch * ServingStore.Size * BenchEmbedding.Dimensions])
            .Bind<float>("numbers", new float[Batch * ServingStore.Size * 6])
            .Bind<float>("mask", new float[Batch * ServingStore.Size]);
    }

    [GlobalCleanup]
    public void Close()
    {
        _store.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Benchmark]
    public int OneType() => Read(_one);

    [Benchmark]
    public int ThreeTypesMerged() => Read(_three);

    [Benchmark(OperationsPerInvoke = Batch)]
    public int Tensors()
    {
        _store.ReadTensors(_batch, ServingStore.Definition, _tensors);
        return _tensors.UserCount;
    }

    private int Read(SequenceQuery query)
    {
        using Sequence sequence = _store.Read(UserId.From(_user = (_user + 17) % Users + 1), query);
        return sequence.Count;
    }
}
