using Signals.Definitions;

namespace Signals.Bench.TrainingSets;

/// <summary>
/// A store that keeps versions, with users whose sequences are as long as asked for: item, dwell, and an embedding of halves. Popular items
/// come again and again with the same embedding, as real ones do. One thread.
/// </summary>
internal sealed class SetWorkload : IDisposable
{
    /// <summary>The name of the definition.</summary>
    public const string Feed = "feed";

    /// <summary>How many users ask in turn.</summary>
    public const int Users = 500;

    private const int Items = 20_000;
    private const long StartMs = 1_767_225_600_000;
    private const int BatchEvents = 1000;

    private readonly Random _random = new(1);
    private readonly Half[] _vector;
    private readonly EventBatch _batch;
    private long _time = StartMs;
    private ulong _id;

    /// <summary>Makes the store.</summary>
    /// <param name="folder">Its folder.</param>
    /// <param name="rows">The events of a sequence.</param>
    /// <param name="width">The dimensions of an embedding.</param>
    public SetWorkload(string folder, int rows, int width)
    {
        _vector = new Half[width];
        StoreSchema schema = StoreSchema.Define(s => s.EventType(
            "view", t => t.Field<ulong>("item").Field<float>("dwell").Vector<Half>("embedding", width)));
        Store = SignalStore.Open(folder, schema, new StoreOptions { VersionRetention = new VersionRetention() });
        Store.Definitions.Register(SequenceDefinition.Create(Feed).OwnedBy("bench").From("view", source => source.Last(rows)).Size(rows)
            .Columns("item", "dwell", "embedding").Build());
        _batch = Store.CreateBatch("view");
        for (int i = 0; i < rows * Users; i++)
        {
            Add(UserOf(i));
            if (_batch.Count == BatchEvents)
            {
                Send();
            }
        }

        Send();
        Store.FlushAsync().GetAwaiter().GetResult();
        Store.CompactAsync().GetAwaiter().GetResult();
    }

    /// <summary>The store.</summary>
    public SignalStore Store { get; }

    /// <summary>The user of a request.</summary>
    public static UserId UserOf(int request) => UserId.From((ulong)(request % Users) + 1);

    /// <summary>Appends an event of the user of a request, so that each answer is another.</summary>
    public void AppendFor(int request)
    {
        Add(UserOf(request));
        Send();
    }

    /// <inheritdoc/>
    public void Dispose() => Store.Dispose();

    private void Add(UserId user)
    {
        int item = (int)(Items * Math.Pow(_random.NextDouble(), 3));
        ulong state = (ulong)item + 1;
        for (int i = 0; i < _vector.Length; i++)
        {
            state = state * 6_364_136_223_846_793_005 + 1_442_695_040_888_963_407; // a linear congruence: what follows from the item
            _vector[i] = (Half)((state >> 40) / (double)(1 << 24) - 0.5);
        }

        _batch.Add(user, _time += 137, _id++).Set("item", (ulong)item)
            .Set("dwell", (float)(-20 * Math.Log(1 - _random.NextDouble()))).SetVector<Half>("embedding", _vector);
    }

    private void Send()
    {
        if (_batch.Count == 0)
        {
            return; // the last batch was full
        }

        Store.AppendAsync(_batch).AsTask().GetAwaiter().GetResult();
        _batch.Clear();
    }
}
