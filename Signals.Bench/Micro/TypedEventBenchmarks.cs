using BenchmarkDotNet.Attributes;

namespace Signals.Bench.Micro;

/// <summary>
/// Typed events beside the same work by hand. Appends fill a batch of 256 events, or append one event and wait for it. Reads take the
/// newest 100 events of a user from a warm store: as events, as rows, and as rows with a vector.
/// </summary>
public class TypedEventBenchmarks
{
    public const int BatchEvents = 256;
    private const int Users = 200;
    private const int Events = 200;
    private const int Last = 100;

    private readonly string _folder = Path.Combine(Path.GetTempPath(), $"signals-bench-{Guid.NewGuid():N}");
    private readonly BenchView[] _views = new BenchView[BatchEvents];
    private SignalStore _store = null!;
    private SequenceQuery _viewsByHand = null!;
    private SequenceQuery _looksByHand = null!;
    private EventQuery<BenchView> _typedViews;
    private EventQuery<BenchLook> _typedLooks;
    private EventBatch _batch = null!;
    private EventBatch _single = null!;
    private Column<long> _item;
    private Column<float> _dwell;
    private Column<byte> _surface;
    private uint _user;
    private ulong _id;

    [GlobalSetup]
    public void Open()
    {
        Directory.CreateDirectory(_folder);
        _store = SignalStore.Open(_folder, StoreSchema.Of<BenchView, BenchLook>());
        DateTimeOffset now = TimeProvider.System.GetUtcNow();
        Half[] vector = new Half[BenchLook.EmbeddingDimensions];
        for (int i = 0; i < _views.Length; i++)
        {
            _views[i] = View(UserId.From((ulong)(i % Users) + 1), now, i);
        }

        for (int user = 1; user <= Users; user++)
        {
            UserId id = UserId.From((ulong)user);
            EventBatch views = _store.CreateBatch<BenchView>();
            EventBatch looks = _store.CreateBatch<BenchLook>();
            for (int i = 0; i < Events; i++)
            {
                DateTimeOffset time = now.AddSeconds(-i);
                views.Add(View(id, time, i));
                looks.Add(new BenchLook(id, time, (ulong)i) { Item = i, DwellSeconds = i % 3 == 0 ? null : i, Embedding = vector });
            }

            _store.Append(views);
            _store.Append(looks);
        }

        _store.WaitUntilVisibleAsync().GetAwaiter().GetResult();
        _viewsByHand = _store.Query("view").Last(Last).Columns("item", "dwell_seconds", "surface").Build();
        _looksByHand = _store.Query("look").Last(Last).Columns("item", "dwell_seconds", "embedding").Build();
        _typedViews = _store.Query<BenchView>().Last(Last);
        _typedLooks = _store.Query<BenchLook>().Last(Last);
        _batch = _store.CreateBatch<BenchView>();
        _single = _store.CreateBatch("view", capacity: 1);
        EventTypeSchema type = _store.Schema["view"];
        (_item, _dwell, _surface) = (type.Column<long>("item"), type.Column<float>("dwell_seconds"), type.Column<byte>("surface"));
    }

    [GlobalCleanup]
    public void Close()
    {
        _store.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Benchmark(OperationsPerInvoke = BatchEvents)]
    public int FillByHand()
    {
        _batch.Clear();
        foreach (ref readonly BenchView view in _views.AsSpan())
        {
            EventRow row = _batch.Add(view.User, view.Time, view.Id).Set(_item, view.Item).Set(_surface, view.Surface);
            if (view.DwellSeconds is { } seconds)
            {
                row.Set(_dwell, seconds);
            }
        }

        return _batch.Count;
    }

    [Benchmark(OperationsPerInvoke = BatchEvents)]
    public int FillTyped()
    {
        _batch.Clear();
        foreach (ref readonly BenchView view in _views.AsSpan())
        {
            _batch.Add(view);
        }

        return _batch.Count;
    }

    [Benchmark]
    public long AppendByHand()
    {
        BenchView view = _views[_id % BatchEvents];
        _single.Clear();
        EventRow row = _single.Add(view.User, view.Time, _id++).Set(_item, view.Item).Set(_surface, view.Surface);
        if (view.DwellSeconds is { } seconds)
        {
            row.Set(_dwell, seconds);
        }

        return _store.AppendAsync(_single).AsTask().GetAwaiter().GetResult().Position;
    }

    [Benchmark]
    public long AppendTyped() =>
        _store.AppendAsync(_views[_id % BatchEvents] with { Id = _id++ }).AsTask().GetAwaiter().GetResult().Position;

    [Benchmark]
    public int ReadByHand()
    {
        using Sequence sequence = _store.Read(Next(), _viewsByHand);
        return sequence.Count;
    }

    [Benchmark]
    public int ReadTyped()
    {
        using EventSequence<BenchView> views = _typedViews.Read(Next());
        return views.Count;
    }

    [Benchmark]
    public double EventsByHand()
    {
        UserId user = Next();
        double sum = 0;
        using Sequence sequence = _store.Read(user, _viewsByHand);
        ReadOnlySpan<long> times = sequence.Times;
        ReadOnlySpan<ulong> ids = sequence.Ids;
        ReadOnlySpan<long> items = sequence.Field<long>(0);
        ReadOnlySpan<float> seconds = sequence.Field<float>(1);
        ReadOnlySpan<ColumnState> states = sequence.States("dwell_seconds");
        ReadOnlySpan<byte> surfaces = sequence.Field<byte>(2);
        for (int i = 0; i < times.Length; i++)
        {
            BenchView view = new(user, DateTimeOffset.FromUnixTimeMilliseconds(times[i]), ids[i])
            {
                Item = items[i],
                DwellSeconds = states[i] == ColumnState.Value ? seconds[i] : null,
                Surface = surfaces[i],
            };
            sum += Score(view);
        }

        return sum;
    }

    [Benchmark]
    public double EventsTyped()
    {
        double sum = 0;
        foreach (BenchView view in _typedViews.Read(Next()))
        {
            sum += Score(view);
        }

        return sum;
    }

    [Benchmark]
    public double RowsByHand()
    {
        double sum = 0;
        using Sequence sequence = _store.Read(Next(), _looksByHand);
        ReadOnlySpan<long> items = sequence.Field<long>(0);
        ReadOnlySpan<float> seconds = sequence.Field<float>(1);
        ReadOnlySpan<ColumnState> states = sequence.States("dwell_seconds");
        ReadOnlySpan<Half> vectors = sequence.Vector<Half>("embedding");
        ReadOnlySpan<ColumnState> embedded = sequence.States("embedding");
        for (int i = 0; i < items.Length; i++)
        {
            ReadOnlySpan<Half> vector = embedded[i] == ColumnState.Value
                ? vectors.Slice(i * BenchLook.EmbeddingDimensions, BenchLook.EmbeddingDimensions)
                : default;
            sum += items[i] + (states[i] == ColumnState.Value ? seconds[i] : 0) + (float)vector[0];
        }

        return sum;
    }

    [Benchmark]
    public double RowsTyped()
    {
        double sum = 0;
        foreach (BenchLook.Row look in _typedLooks.Read(Next()).As<BenchLook.Row>())
        {
            sum += look.Item + (look.DwellSeconds ?? 0) + (float)look.Embedding[0];
        }

        return sum;
    }

    [Benchmark]
    public double LooksByHand()
    {
        UserId user = Next();
        double sum = 0;
        using Sequence sequence = _store.Read(user, _looksByHand);
        ReadOnlySpan<long> times = sequence.Times;
        ReadOnlySpan<ulong> ids = sequence.Ids;
        ReadOnlySpan<long> items = sequence.Field<long>(0);
        ReadOnlySpan<float> seconds = sequence.Field<float>(1);
        ReadOnlySpan<ColumnState> states = sequence.States("dwell_seconds");
        ReadOnlySpan<ColumnState> embedded = sequence.States("embedding");
        Half[] vectors = sequence.Vector<Half>("embedding").ToArray(); // an event may be kept, so it owns its vector
        for (int i = 0; i < times.Length; i++)
        {
            BenchLook look = new(user, DateTimeOffset.FromUnixTimeMilliseconds(times[i]), ids[i])
            {
                Item = items[i],
                DwellSeconds = states[i] == ColumnState.Value ? seconds[i] : null,
                Embedding = embedded[i] == ColumnState.Value
                    ? vectors.AsMemory(i * BenchLook.EmbeddingDimensions, BenchLook.EmbeddingDimensions)
                    : default,
            };
            sum += Score(look);
        }

        return sum;
    }

    [Benchmark]
    public double LooksTyped()
    {
        double sum = 0;
        foreach (BenchLook look in _typedLooks.Read(Next()))
        {
            sum += Score(look);
        }

        return sum;
    }

    private static double Score(in BenchLook look) => look.Item + (look.DwellSeconds ?? 0) + (float)look.Embedding.Span[0] + look.Id;

    private static double Score(in BenchView view) => view.Item + (view.DwellSeconds ?? 0) + view.Surface + view.Id;

    private static BenchView View(UserId user, DateTimeOffset time, int i) =>
        new(user, time, (ulong)i) { Item = i, DwellSeconds = i % 3 == 0 ? null : i, Surface = (byte)i };

    private UserId Next() => UserId.From(_user = (_user + 17) % Users + 1);
}
