using Signals.Storage.Primitives;
using Signals.Storage.Reads;
using Signals.Tests.Simulation;
using Signals.Tests.Storage.Engine;
using Signals.Tests.Storage.Scanning;

namespace Signals.Tests.Reliability.MetaModel;

/// <summary>
/// One random history of a store without threads beside a dictionary: whatever is flushed, compacted, reopened or crashed in between,
/// both answer alike. Threads: one.
/// </summary>
internal sealed class MetaHistory
{
    private const int Users = 4;

    private readonly MetaStore _meta;
    private readonly MetaType[] _types;
    private readonly DictionaryModel _model;
    private readonly PastMarks? _past;
    private readonly List<string> _trace = [];
    private readonly List<Action> _unapplied = [];
    private int _checkpoints;

    private MetaHistory(ulong seed, bool withPast)
    {
        _meta = new MetaStore(seed, withPast);
        _types = _meta.Types;
        _model = new DictionaryModel(_types);
        _past = withPast ? new PastMarks(_types, User, Users) : null;
    }

    private SignalStore Store => _meta.Store;

    /// <summary>Runs the operations on a store that keeps its versions, and looks at what it was; gives what was looked at.</summary>
    public static PastMarks RunWithPast(ulong seed, ulong[] operations)
    {
        MetaHistory history = new(seed, withPast: true);
        Run(history, seed, operations);
        return history._past!;
    }

    /// <summary>Runs the operations that the numbers stand for; throws with what was done when an answer is wrong.</summary>
    public static int Run(ulong seed, ulong[] operations)
    {
        return Run(new MetaHistory(seed, withPast: false), seed, operations);
    }

    private static int Run(MetaHistory history, ulong seed, ulong[] operations)
    {
        try
        {
            foreach (ulong operation in operations)
            {
                history.Do(operation);
                history.LookBack(operation);
            }

            SimRandom random = new(seed);
            history.CheckAll(random);
            history._past?.Check(history.Store, history._model, history._meta.Time.NowMs, ref random);
            return history._trace.Count;
        }
        catch (Exception error)
        {
            string types = string.Join("\n", history._types.Select(t => $"{t} columns {string.Join(',', t.Columns.Select(c => c.Name))}"));
            string trace = string.Join("\n", history._trace);
            throw new InvalidOperationException($"{error.Message}\n{history._meta.Options.Durability}\n{types}\n{trace}", error);
        }
        finally
        {
            history.Store.Engine.Close(abandon: true);
        }
    }

    private static UserId User(int user) => new((ulong)user & 1, (ulong)user + 1);

    private void Do(ulong operation)
    {
        SimRandom random = new(operation);
        switch (random.Below(32))
        {
            case < 15: Append(ref random); break;
            case 15: Burst(ref random); break;
            case < 18: RunPending(); break;
            case 18: Erase(ref random); break;
            case < 22: Apply("flush", () => Store.FlushAsync()); break;
            case 22 when random.Coin(): FailTables(ref random); break;
            case 22: Compact(ref random); break;
            case 23: Reopen(ref random); break;
            case < 26: Crash(ref random); break;
            case 26: Pass(ref random); break;
            case < 30: Attach(ref random); break;
            case 30: Checkpoint(ref random); break;
            default: FailARead(ref random); CheckOne(ref random); Scan(ref random); break;
        }
    }

    private void LookBack(ulong operation)
    {
        SimRandom random = new(~operation);
        int what = random.Below(8);
        if (_past is null || what > 2)
        {
            return;
        }

        if (what == 0)
        {
            _trace.Add("look back");
            _past.Check(Store, _model, _meta.Time.NowMs, ref random);
        }
        else
        {
            _trace.Add("mark");
            _past.Add(Store, _model, _meta.DeclaredTypes, _meta.Columns, _meta.Time.NowMs);
        }
    }

    private void Append(ref SimRandom random)
    {
        SimRandom keys = new(random.Next());
        int count = 1 + random.Below(random.Below(8) == 0 ? 24 : 8);
        int spread = 1 + random.Below(90);
        long now = _meta.Time.NowMs;
        Append(ref random, random.Below(_meta.DeclaredTypes), count, _ =>
            (keys.Below(Users),
                now - (keys.Below(spread) * 60_000L) + (keys.Below(3) * 1_000) + (keys.Below(16) == 0 ? 600_000 : 0),
                (ulong)keys.Below(3)));
    }

    /// <summary>Many events of one user: of one time, in copies, in reverse or in any order, as clients that go mad send them.</summary>
    private void Burst(ref SimRandom random)
    {
        SimRandom keys = new(random.Next());
        int type = random.Below(_meta.DeclaredTypes);
        int user = random.Below(Users);
        int kind = random.Below(4);
        int batches = 2 + random.Below(4);
        long start = _meta.Time.NowMs - (random.Below(60) * 60_000L);
        for (int batch = 0; batch < batches; batch++)
        {
            int first = batch * 24;
            Append(ref random, type, 24, i => kind switch
            {
                0 => (user, start, (ulong)(first + i)),
                1 => (user, start + (keys.Below(5) * 1_000), (ulong)keys.Below(2)),
                2 => (user, start - ((first + i) * 1_000), 1UL),
                _ => (user, start - (keys.Below(200) * 1_000), (ulong)keys.Below(2)),
            });
        }
    }

    /// <summary>A read of several types that throws after the first leaves nothing behind that another read could meet.</summary>
    private void FailARead(ref SimRandom random)
    {
        if (_meta.DeclaredTypes < 2)
        {
            return;
        }

        SequenceQuery query = new SequenceQueryBuilder(Store.Schema, [_types[0].Name, _types[1].Name]).Build();
        TypeLimits[] tooFew = [new TypeLimits(long.MinValue, long.MaxValue, 100)];
        UserId user = User(random.Below(Users));
        EpochHold hold = new();
        Require(
            Throws(() => Store.Engine.Reader.BeginLate([user], query, tooFew, hold)) && !hold.IsInside,
            "A late read that fails is inside.");
        Require(Throws(() => Store.Engine.Reader.ReadMany([user], query, tooFew)), "A read with too few limits is answered.");
        _trace.Add("reads that fail");
    }

    private static bool Throws(Func<SequenceBatch> read)
    {
        try
        {
            read().Dispose();
            return false;
        }
        catch (IndexOutOfRangeException)
        {
            return true;
        }
    }

    private void Append(ref SimRandom random, int type, int count, Func<int, (int User, long Time, ulong Id)> key)
    {
        EventBatch batch = Store.CreateBatch(_types[type].Name);
        List<MetaEvent> events = [];
        for (int i = 0; i < count; i++)
        {
            (int user, long time, ulong id) = key(i);
            MetaEvent added = new(user, type, time, id, new MetaCell[_meta.Columns[type]]);
            EventRow row = batch.Add(User(added.User), added.Time, added.Id);
            for (int c = 0; c < added.Cells.Length; c++)
            {
                MetaColumn column = _types[type].Columns[c];
                ColumnState state = (ColumnState)Math.Min(2, random.Below(5));
                added.Cells[c] = new MetaCell(state, state == ColumnState.Value ? column.Value(ref random) : []);
                column.Set(row, added.Cells[c]);
            }

            events.Add(added);
        }

        _trace.Add($"append {count} of type {type}");
        AppendBatch(batch);
        _unapplied.Add(() => events.ForEach(_model.Add));
    }

    private void Attach(ref SimRandom random)
    {
        int type = random.Below(_meta.DeclaredTypes);
        SimRandom keys = new(random.Next());
        long now = _meta.Time.NowMs;
        bool isBulk = random.Below(8) == 0; // takes back nearly all that one user did of late
        int one = random.Below(Users);
        ReadOnlySpan<MetaColumn> columns = _types[type].Columns.AsSpan(0, _meta.Columns[type]);
        MetaRun run = isBulk
            ? MetaRun.Bulk(ref random, type, columns, _model.Visible(one, type, now))
            : MetaRun.Random(ref random, type, columns, 24, () =>
                (keys.Below(Users), now - (keys.Below(90) * 60_000L) + (keys.Below(3) * 1_000), (ulong)keys.Below(3)));
        _trace.Add($"attach to type {type}: {run}");
        using AttachedRuns runs = new(_meta.Files, Store, _meta.Options.Tables, _meta.Folder);
        run.Attach(runs, Store.Schema[_types[type].Name], User);
        run.Rows.ForEach(_model.Add);
    }

    private void AppendBatch(EventBatch batch)
    {
        if (!Store.TryAppend(batch, out _))
        {
            RunPending();
            Require(Store.TryAppend(batch, out _), "An empty ring refused a batch.");
        }
    }

    private void Erase(ref SimRandom random)
    {
        int user = random.Below(Users);
        ValueTask<AppendAck> erased = Store.EraseAsync(User(user));
        CatchUp(); // an erasure covers what was accepted before it
        long cutoff = Math.Max(_meta.Time.NowMs, _model.NewestOf(user, _meta.Time.NowMs));
        _trace.Add($"erase {user} to {cutoff}");
        _unapplied.Add(() => _model.Erase(user, cutoff));
        _past?.Erase();
        RunPending();
        Require(erased.AsTask().IsCompletedSuccessfully, "The erasure is not acknowledged.");
    }

    private void RunPending()
    {
        _trace.Add("run");
        Store.Engine.RunPending();
        CatchUp();
    }

    private void Apply(string what, Func<Task> work)
    {
        _trace.Add(what);
        Task done = work();
        Require(done.IsCompleted, $"{what} needs another thread.");
        done.GetAwaiter().GetResult();
        CatchUp();
    }

    /// <summary>Now and then while a read is under way, which lasts until the merges have replaced what it reads.</summary>
    private void Compact(ref SimRandom random)
    {
        using (random.Coin() ? Store.Engine.TestHoldRead() : null) // Closing waits for it, also after a failure.
        {
            Apply("compact", () => Store.CompactAsync());
        }

        Array.ForEach(Store.Engine.TestTurns, turn => turn.Turn());
        CatchUp();
        _past?.Compact();
    }

    /// <summary>
    /// Tables cannot be written, read or deleted now and then while everything is flushed and compacted. It is done when
    /// they can, and no file is left.
    /// </summary>
    private void FailTables(ref SimRandom random)
    {
        RunPending(); // in the middle of a run of records there is no way back
        int oneOf = 2 + random.Below(12);
        SimRandom faults = new(random.Next());
        _meta.Files.Refuses = operation => MetaStore.IsTable(operation.Path) && faults.Below(oneOf) == 0;
        _meta.Files.RefusesReadsOf = path => MetaStore.IsTable(path) && faults.Below(4 * oneOf) == 0;
        for (int turn = random.Below(4); turn >= 0; turn--)
        {
            try
            {
                Apply("compact while tables fail", () => Store.CompactAsync());
                _past?.Compact(); // it was done in spite of the faults, so it has cleaned the files of who was erased
            }
            catch (StoreWorkFailedException)
            {
                _trace.Add("failed");
            }

            RunPending();
            Array.ForEach(Store.Engine.TestTurns, thread => thread.Turn());
        }

        _meta.Files.Refuses = null;
        _meta.Files.RefusesReadsOf = null;
        RunPending();
        Require(
            Store.WorkError is null && Store.FirstError is null, $"The work goes on failing: {Store.WorkError ?? Store.FirstError}");
        string[] left = _meta.FilesLeft();
        Require(left.Length == 0, $"Files are left: {string.Join(", ", left)}");
    }

    private void CatchUp()
    {
        _unapplied.ForEach(apply => apply());
        _unapplied.Clear();
    }

    private void Reopen(ref SimRandom random)
    {
        _trace.Add("reopen");
        Store.Dispose();
        CatchUp();
        _meta.Reopen(ref random);
    }

    private void Crash(ref SimRandom random)
    {
        if (_meta.Options.Durability == Durability.InMemory)
        {
            return;
        }

        // What was not applied when the process or the power went is lost; what was applied is acknowledged.
        bool power = _meta.Options.Durability == Durability.Synced && random.Coin();
        _trace.Add(power ? "power cut" : "kill");
        _unapplied.Clear();
        _meta.Crash(power, _meta.Folder, ref random);
    }

    /// <summary>The history goes on in the checkpoint: it answers as the store did, without what was not applied.</summary>
    private void Checkpoint(ref SimRandom random)
    {
        string target = $"/checkpoint-{++_checkpoints}";
        _trace.Add($"checkpoint {target}");
        _meta.Files.CanLink = random.Coin();
        Task done = Store.CheckpointAsync(target);
        Require(done.IsCompletedSuccessfully, $"The checkpoint failed: {done.Exception}");
        if (_meta.Options.Durability == Durability.InMemory)
        {
            CatchUp();
        }

        _unapplied.Clear();
        _past?.Forget();
        _meta.Crash(power: random.Coin(), target, ref random);
    }

    private void Pass(ref SimRandom random)
    {
        long ms = random.Below(30) * 60_000L;
        _trace.Add($"pass {ms}");
        _meta.Time.NowMs += ms;
    }

    private void CheckAll(SimRandom random)
    {
        RunPending();
        for (int i = 0; i < 4; i++)
        {
            CheckOne(ref random);
            Scan(ref random);
        }
    }

    /// <summary>Scans give what reads do. They freeze the memtable, so what was not applied is.</summary>
    private void Scan(ref SimRandom random)
    {
        RunPending();
        bool isFlushed = random.Coin(); // then users lie in tables alone
        Apply($"scan, flushed {isFlushed}", () => isFlushed ? Store.FlushAsync() : Task.CompletedTask);
        EventTypeSchema type = Store.Schema[_types[random.Below(_meta.DeclaredTypes)].Name];
        ScanCheck.Of(Store, [.. Enumerable.Range(0, Users + 1).Select(User)]).Ask(ref random, type, _meta.Time.NowMs);
    }

    private void CheckOne(ref SimRandom random)
    {
        MetaQuery query = MetaQuery.Random(ref random, _types[.._meta.DeclaredTypes], _meta.Columns, _meta.Time.NowMs);
        new MetaCheck(Store, _model, _types, _meta.Columns).Check(query, Enumerable.Range(0, Users + 1), User, _meta.Time.NowMs);
    }

    private static void Require(bool holds, string message)
    {
        if (!holds)
        {
            throw new InvalidOperationException(message);
        }
    }
}
