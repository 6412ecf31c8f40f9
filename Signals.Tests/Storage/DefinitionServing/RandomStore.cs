using Signals.Definitions;
using Signals.Enrichment;
using Signals.Tests.Simulation;
using Signals.Tests.Storage.Engine;

namespace Signals.Tests.Storage.DefinitionServing;

/// <summary>A store with random columns and events, and the same events as dictionaries. Deterministic; one thread.</summary>
internal sealed class RandomStore : IDisposable
{
    public const int Users = 10;
    public static readonly string[] Types = ["a", "b", "c"];

    private readonly List<NaiveEvent> _events = [];
    private readonly int[] _keep = new int[Types.Length];
    private readonly RandomColumn[][] _columnsOf = new RandomColumn[Types.Length][];
    private readonly StoredEvents _stored;
    private SimRandom _random;

    public RandomStore(ulong seed, StoredEvents stored = StoredEvents.Never)
    {
        _random = new SimRandom(seed);
        _stored = stored;
        StoreSchema schema = StoreSchema.Define(Declare);
        Time = new ManualTime(TestStores.Start + 300_000);
        Store = SignalStore.Open(
            new SimFileSystem(), TestStores.Folder, schema, TestStores.Tiny, Time,
            stored == StoredEvents.Never ? null : new EnrichmentOptions { Automatic = [new TripleEnricher()] });
        for (int round = 0; round < 3; round++)
        {
            Fill();
            if (_random.Coin())
            {
                Store.FlushAsync().GetAwaiter().GetResult();
            }
        }

        Visible = [.. Enumerable.Range(1, Users + 1).Select(user => VisibleOf((ulong)user))];
    }

    public SignalStore Store { get; }

    public ManualTime Time { get; }

    /// <summary>Per user, from 1, what the store shows of it; the last user has no events.</summary>
    public NaiveEvent[][] Visible { get; }

    public static ColumnType TypeOf(string column) => column switch
    {
        "triple" => ColumnType.Scalar<long>(),
        "vector" => ColumnType.Vector<Half>(3),
        _ => RandomColumn.All.First(one => one.Name == column).Type,
    };

    /// <summary>What definitions may name of an event type: its columns, and what the enricher computes.</summary>
    public RandomColumn[] ColumnsOf(string type) =>
    [
        .. _columnsOf[Array.IndexOf(Types, type)],
        .. TripleEnricher.Takes(type)
            ? [new("triple", ColumnType.Scalar<long>()), new("vector", ColumnType.Vector<Half>(3))]
            : Array.Empty<RandomColumn>(),
    ];

    /// <summary>How many events of a type the store keeps of each user.</summary>
    public int KeepOf(string type) => _keep[Array.IndexOf(Types, type)];

    public void Dispose() => Store.Dispose();

    /// <summary>The type a has all columns; b has n; the rest is chance.</summary>
    private void Declare(StoreSchemaBuilder schema)
    {
        for (int i = 0; i < Types.Length; i++)
        {
            int index = i;
            _keep[i] = _random.Below(3) == 0 ? 5 + _random.Below(40) : int.MaxValue;
            _columnsOf[i] = [.. RandomColumn.All.Where(column => index == 0 || (index == 1 && column.Name == "n") || _random.Coin())];
            schema.EventType(Types[i], type =>
            {
                foreach (RandomColumn column in _columnsOf[index])
                {
                    column.Declare(type, asEnrichment: _random.Below(5) == 0 && (_stored == StoredEvents.Never || column.Name != "n"));
                }

                if (_stored != StoredEvents.Never && TripleEnricher.Takes(Types[index]))
                {
                    type.Enrichment<long>("triple").EnrichmentVector<Half>("vector", 3);
                }

                if (_keep[index] != int.MaxValue)
                {
                    type.KeepLast(_keep[index]);
                }
            });
        }
    }

    private void Fill()
    {
        for (int i = 0; i < Types.Length; i++)
        {
            Place();
            EventBatch batch = Store.CreateBatch(Types[i]);
            for (int n = 0; n < 60; n++)
            {
                // A few users have most of the events; many events share their time.
                ulong user = 1 + (ulong)Math.Min(_random.Below(Users), _random.Below(Users));
                NaiveEvent added = new(
                    user, Types[i], (ushort)i, TestStores.Start + (_random.Below(3000) * 100L), (ulong)_events.Count, []);
                EventRow row = batch.Add(UserId.From(user), added.Time, added.Id);
                foreach (RandomColumn column in _columnsOf[i])
                {
                    Set(row, column, added);
                }

                TripleEnricher.Enrich(added);
                _events.Add(added);
            }

            Store.Append(batch);
            Settle();
        }
    }

    private void Place()
    {
        if (_stored != StoredEvents.Never)
        {
            bool isStored = _stored == StoredEvents.All || (_stored == StoredEvents.Some && _random.Coin());
            Store.Placements.Pin("triple", isStored ? PlacementChoice.Indexing : PlacementChoice.Serving);
        }
    }

    /// <summary>The store has no threads of its own, so what its enricher appends waits for this one.</summary>
    private void Settle()
    {
        Task enriched = Store.WhenEnrichedAsync();
        do
        {
            Store.Engine.RunPending();
            Thread.Yield();
        }
        while (!enriched.IsCompleted);

        Store.Engine.RunPending();
    }

    private void Set(EventRow row, RandomColumn column, NaiveEvent added)
    {
        switch (_random.Below(8))
        {
            case 0:
                return;
            case 1:
                row.SetNull(column.Name);
                added.Cells[column.Name] = NaiveCell.Null;
                return;
            default:
                object value = column.Value(ref _random);
                column.Set(ref row, value);
                added.Cells[column.Name] = NaiveCell.Of(value);
                return;
        }
    }

    private NaiveEvent[] VisibleOf(ulong user) =>
    [
        .. Types.SelectMany((_, type) => _events
            .Where(one => one.User == user && one.TypeId == type)
            .OrderByDescending(one => one.Time).ThenBy(one => one.Id)
            .Take(_keep[type]))
            .OrderByDescending(one => one.Time).ThenBy(one => one.TypeId).ThenBy(one => one.Id),
    ];
}
