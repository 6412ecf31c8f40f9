using Signals.Storage.Engine.Context;
using Signals.Tests.Simulation;
using Signals.Tests.Storage.Engine;

namespace Signals.Tests.Reliability.MetaModel;

/// <summary>
/// A few inputs, streamed batches and offline runs that meet on few identities, brought to a small store in an order, with flushes,
/// compactions and reopens in between. The answers follow from the inputs alone. Threads: one.
/// </summary>
internal sealed class OrderHistory
{
    private const int Users = 2;
    private const int Minutes = 12;

    private static readonly EngineOptions Options =
        TestStores.Tiny with { RingBytes = 16 << 10, MaxBatchBytes = 4 << 10, LogBytes = 8 << 10 };

    private readonly MetaType _type;
    private readonly DictionaryModel _model;
    private readonly List<object> _inputs = [];
    private readonly ulong _seed;

    /// <summary>The inputs of a seed.</summary>
    public OrderHistory(ulong seed)
    {
        SimRandom random = new(seed);
        _seed = seed;
        MetaColumn[] columns = [new("c0_Int32", ColumnKind.Int32), new("c1_Text", ColumnKind.Text)];
        _type = new MetaType("t0", columns, random.Coin() ? int.MaxValue : 1 + random.Below(8), 0, 4 + random.Below(9));
        _model = new DictionaryModel([_type]);
        for (int i = 2 + random.Below(4); i > 0; i--)
        {
            AddInput(ref random);
        }
    }

    /// <summary>Brings the inputs in an order and checks the answers; throws with all that was done when one is wrong.</summary>
    public void Run(ulong orderSeed)
    {
        SimRandom random = new(orderSeed);
        List<object> trace = [];
        SimFileSystem files = new(record: false);
        ManualTime time = new(TestStores.Start);
        SignalStore store = Open(files, time);
        try
        {
            foreach (object input in Shuffled(ref random))
            {
                trace.Add(input);
                Bring(input, files, store);
                store = Disturb(ref random, files, time, store, trace);
            }

            store.Engine.RunPending();
            MetaCheck check = new(store, _model, [_type], [_type.Columns.Length]);
            check.Check(
                new MetaQuery([0], int.MaxValue, [int.MaxValue], long.MinValue, long.MaxValue, random.Coin(), null),
                Enumerable.Range(0, Users + 1), User, time.NowMs);
            check.Check(
                MetaQuery.Random(ref random, [_type], [_type.Columns.Length], time.NowMs), Enumerable.Range(0, Users), User, time.NowMs);
        }
        catch (Exception error)
        {
            throw new InvalidOperationException(
                $"{error.Message}\ninputs {_seed}, order {orderSeed}\n{_type}\n{string.Join("\n", trace.Select(Describe))}", error);
        }
        finally
        {
            store.Engine.Close(abandon: true);
        }
    }

    // Only of a failure: of all histories these lines would cost more than the store.
    private static string Describe(object step) =>
        step is List<MetaEvent> streamed ? "append\n  " + string.Join("\n  ", streamed) : $"{step}";

    private static UserId User(int user) => new(0, (ulong)user + 1);

    private void AddInput(ref SimRandom random)
    {
        SimRandom keys = new(random.Next());
        (int User, long Time, ulong Id) Key() =>
            (keys.Below(Users), TestStores.Start - (keys.Below(Minutes) * 60_000L), (ulong)keys.Below(2));
        if (random.Below(3) > 0)
        {
            MetaRun run = MetaRun.Random(ref random, 0, _type.Columns, 8, Key);
            run.Rows.ForEach(_model.Add);
            _inputs.Add(run);
            return;
        }

        List<MetaEvent> events = [];
        for (int i = random.Below(10); i >= 0; i--)
        {
            (int user, long time, ulong id) = Key();
            MetaCell[] cells = new MetaCell[_type.Columns.Length];
            for (int c = 0; c < cells.Length; c++)
            {
                ColumnState state = (ColumnState)Math.Min(2, random.Below(4));
                cells[c] = new MetaCell(state, state == ColumnState.Value ? _type.Columns[c].Value(ref random) : []);
            }

            events.Add(new MetaEvent(user, 0, time, id, cells));
        }

        events.ForEach(_model.Add);
        _inputs.Add(events);
    }

    private object[] Shuffled(ref SimRandom random)
    {
        object[] order = [.. _inputs];
        for (int i = order.Length - 1; i > 0; i--)
        {
            int other = random.Below(i + 1);
            (order[i], order[other]) = (order[other], order[i]);
        }

        return order;
    }

    private void Bring(object input, SimFileSystem files, SignalStore store)
    {
        if (input is MetaRun run)
        {
            using AttachedRuns runs = new(files, store, Options.Tables);
            run.Attach(runs, store.Schema[_type.Name], User);
            return;
        }

        EventBatch batch = store.CreateBatch(_type.Name);
        foreach (MetaEvent added in (List<MetaEvent>)input)
        {
            EventRow row = batch.Add(User(added.User), added.Time, added.Id);
            for (int c = 0; c < added.Cells.Length; c++)
            {
                _type.Columns[c].Set(row, added.Cells[c]);
            }
        }

        store.Append(batch);
    }

    private SignalStore Disturb(ref SimRandom random, SimFileSystem files, ManualTime time, SignalStore store, List<object> trace)
    {
        int what = random.Below(8);
        trace.Add(what switch { 0 or 1 => "flush", 2 or 3 => "compact", 4 => "reopen", 5 => "run", _ => "-" });
        switch (what)
        {
            case 0 or 1: store.FlushAsync().GetAwaiter().GetResult(); break;
            case 2 or 3: store.CompactAsync().GetAwaiter().GetResult(); break;
            case 5: store.Engine.RunPending(); break;
            case 4:
                store.Dispose();
                return Open(files, time);
            default: break;
        }

        return store;
    }

    private SignalStore Open(SimFileSystem files, ManualTime time) => TestStores.Open(
        files, StoreSchema.Define(schema => schema.EventType(_type.Name, type => _type.Declare(type, _type.Columns.Length))), time,
        Options with
        {
            Compaction = Options.Compaction with { WindowBytes = TestStores.WindowBytes(_seed) },
            Tables = Options.Tables with { Limits = TestStores.Limits(_seed) },
        });
}
