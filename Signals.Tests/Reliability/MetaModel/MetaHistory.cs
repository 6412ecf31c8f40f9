using Signals.Storage.Compaction;
using Signals.Storage.Engine.Context;
using Signals.Storage.FileSystem;
using Signals.Storage.Primitives;
using Signals.Storage.Reads;
using Signals.Storage.Versions;
using Signals.Tests.Simulation;
using Signals.Tests.Storage.Engine;

namespace Signals.Tests.Reliability.MetaModel;

/// <summary>
/// One random history of a store without threads beside a dictionary: whatever is flushed, compacted, reopened or crashed in between,
/// both answer alike. Threads: one.
/// </summary>
internal sealed class MetaHistory
{
    private const int Users = 4;

    private readonly ManualTime _time = new(TestStores.Start);
    private readonly List<string> _trace = [];
    private readonly List<Action> _unapplied = [];
    private readonly MetaType[] _types;
    private readonly int[] _columns;
    private readonly EngineOptions _options;
    private readonly DictionaryModel _model;
    private readonly bool _isWide; // a type whose columns are all declared gets a wide one that nobody fills
    private int _declaredTypes;
    private SimFileSystem _files = new();
    private string _folder = TestStores.Folder;
    private int _checkpoints;
    private string[] _unproven = []; // what the last opening left: see RequireNoFileLeft
    private SignalStore _store;

    private readonly PastMarks? _past;

    private MetaHistory(ulong seed, bool withPast)
    {
        SimRandom random = new(seed);
        _isWide = new SimRandom(~seed).Below(3) == 0;
        _types = new MetaType[1 + random.Below(3)];
        for (int i = 0; i < _types.Length; i++)
        {
            _types[i] = MetaType.Random(ref random, i);
        }

        _model = new DictionaryModel(_types);
        _declaredTypes = 1 + random.Below(_types.Length);
        SimRandom some = new(random.Next());
        _columns = Array.ConvertAll(_types, type => some.Below(type.Columns.Length + 1));
        _options = TestStores.Tiny with
        {
            Durability = withPast ? (random.Coin() ? Durability.Buffered : Durability.Synced) : (Durability)random.Below(3),
            Retention = withPast ? new VersionRetention { Age = TimeSpan.FromDays(30) } : null,
            BlockCacheBytes = random.Coin() ? 0 : 16 << 10,
            MemTableBytes = random.Coin() ? 16 << 10 : 64 << 10,
            Compaction = TestStores.Tiny.Compaction with
            {
                WindowBytes = TestStores.WindowBytes(seed),
                UserLimit = (seed >> 8) % 3 == 0 ? new UserLimit(Rows: 8 + (long)(seed % 41), Bytes: long.MaxValue) : UserLimit.Default,
            },
            Tables = TestStores.Tiny.Tables with { Limits = TestStores.Limits(seed) },
        };
        _past = withPast ? new PastMarks(_types, User, Users) : null;
        _store = Open();
    }

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
            history._past?.Check(history._store, history._model, history._time.NowMs, ref random);
            return history._trace.Count;
        }
        catch (Exception error)
        {
            string types = string.Join("\n", history._types.Select(t => $"{t} columns {string.Join(',', t.Columns.Select(c => c.Name))}"));
            string trace = string.Join("\n", history._trace);
            throw new InvalidOperationException($"{error.Message}\n{history._options.Durability}\n{types}\n{trace}", error);
        }
        finally
        {
            history._store.Engine.Close(abandon: true);
        }
    }

    private static UserId User(int user) => new((ulong)user & 1, (ulong)user + 1);

    private SignalStore Open()
    {
        SignalStore store = SignalStore.Open(_files, _folder, Schema(), _options, _time);
        _unproven = [.. _files.ListFiles(_folder).Where(name => IsTable(name) && !OwnContent.IsIn(_files, Path.Combine(_folder, name)))];
        return store;
    }

    private StoreSchema Schema() => StoreSchema.Define(schema =>
    {
        for (int i = 0; i < _declaredTypes; i++)
        {
            int type = i;
            schema.EventType(_types[i].Name, builder => _types[type].Declare(builder, _columns[type], _isWide));
        }
    });

    private void Do(ulong operation)
    {
        SimRandom random = new(operation);
        switch (random.Below(32))
        {
            case < 15: Append(ref random); break;
            case 15: Burst(ref random); break;
            case < 18: RunPending(); break;
            case 18: Erase(ref random); break;
            case < 22: Apply("flush", () => _store.FlushAsync()); break;
            case 22 when random.Coin(): FailTables(ref random); break;
            case 22: Compact(ref random); break;
            case 23: Reopen(ref random); break;
            case < 26: Crash(ref random); break;
            case 26: Pass(ref random); break;
            case < 30: Attach(ref random); break;
            case 30: Checkpoint(ref random); break;
            default: FailARead(ref random); CheckOne(ref random); break;
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
            _past.Check(_store, _model, _time.NowMs, ref random);
        }
        else
        {
            _trace.Add("mark");
            _past.Add(_store, _model, _declaredTypes, _columns, _time.NowMs);
        }
    }

    private void Append(ref SimRandom random)
    {
        SimRandom keys = new(random.Next());
        int count = 1 + random.Below(random.Below(8) == 0 ? 24 : 8);
        int spread = 1 + random.Below(90);
        long now = _time.NowMs;
        Append(ref random, random.Below(_declaredTypes), count, _ =>
            (keys.Below(Users),
                now - (keys.Below(spread) * 60_000L) + (keys.Below(3) * 1_000) + (keys.Below(16) == 0 ? 600_000 : 0),
                (ulong)keys.Below(3)));
    }

    /// <summary>Many events of one user: of one time, in copies, in reverse or in any order, as clients that go mad send them.</summary>
    private void Burst(ref SimRandom random)
    {
        SimRandom keys = new(random.Next());
        int type = random.Below(_declaredTypes);
        int user = random.Below(Users);
        int kind = random.Below(4);
        int batches = 2 + random.Below(4);
        long start = _time.NowMs - (random.Below(60) * 60_000L);
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
        if (_declaredTypes < 2)
        {
            return;
        }

        SequenceQuery query = new SequenceQueryBuilder(_store.Schema, [_types[0].Name, _types[1].Name]).Build();
        TypeLimits[] tooFew = [new TypeLimits(long.MinValue, long.MaxValue, 100)];
        UserId user = User(random.Below(Users));
        EpochHold hold = new();
        Require(
            Throws(() => _store.Engine.Reader.BeginLate([user], query, tooFew, hold)) && !hold.IsInside,
            "A late read that fails is inside.");
        Require(Throws(() => _store.Engine.Reader.ReadMany([user], query, tooFew)), "A read with too few limits is answered.");
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
        EventBatch batch = _store.CreateBatch(_types[type].Name);
        List<MetaEvent> events = [];
        for (int i = 0; i < count; i++)
        {
            (int user, long time, ulong id) = key(i);
            MetaEvent added = new(user, type, time, id, new MetaCell[_columns[type]]);
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
        int type = random.Below(_declaredTypes);
        SimRandom keys = new(random.Next());
        long now = _time.NowMs;
        bool isBulk = random.Below(8) == 0; // takes back nearly all that one user did of late
        int one = random.Below(Users);
        ReadOnlySpan<MetaColumn> columns = _types[type].Columns.AsSpan(0, _columns[type]);
        MetaRun run = isBulk
            ? MetaRun.Bulk(ref random, type, columns, _model.Visible(one, type, now))
            : MetaRun.Random(ref random, type, columns, 24, () =>
                (keys.Below(Users), now - (keys.Below(90) * 60_000L) + (keys.Below(3) * 1_000), (ulong)keys.Below(3)));
        _trace.Add($"attach to type {type}: {run}");
        using AttachedRuns runs = new(_files, _store, _options.Tables, _folder);
        run.Attach(runs, _store.Schema[_types[type].Name], User);
        run.Rows.ForEach(_model.Add);
    }

    private void AppendBatch(EventBatch batch)
    {
        if (!_store.TryAppend(batch, out _))
        {
            RunPending();
            Require(_store.TryAppend(batch, out _), "An empty ring refused a batch.");
        }
    }

    private void Erase(ref SimRandom random)
    {
        int user = random.Below(Users);
        ValueTask<AppendAck> erased = _store.EraseAsync(User(user));
        CatchUp(); // an erasure covers what was accepted before it
        long cutoff = Math.Max(_time.NowMs, _model.NewestOf(user, _time.NowMs));
        _trace.Add($"erase {user} to {cutoff}");
        _unapplied.Add(() => _model.Erase(user, cutoff));
        _past?.Erase();
        RunPending();
        Require(erased.AsTask().IsCompletedSuccessfully, "The erasure is not acknowledged.");
    }

    private void RunPending()
    {
        _trace.Add("run");
        _store.Engine.RunPending();
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
        IDisposable? read = random.Coin() ? _store.Engine.TestHoldRead() : null;
        Apply("compact", () => _store.CompactAsync());
        read?.Dispose();
        Array.ForEach(_store.Engine.TestTurns, turn => turn.Turn());
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
        _files.Refuses = operation => IsTable(operation.Path) && faults.Below(oneOf) == 0;
        _files.RefusesReadsOf = path => IsTable(path) && faults.Below(4 * oneOf) == 0;
        for (int turn = random.Below(4); turn >= 0; turn--)
        {
            try
            {
                Apply("compact while tables fail", () => _store.CompactAsync());
                _past?.Compact(); // it was done in spite of the faults, so it has cleaned the files of who was erased
            }
            catch (StoreWorkFailedException)
            {
                _trace.Add("failed");
            }

            RunPending();
            Array.ForEach(_store.Engine.TestTurns, thread => thread.Turn());
        }

        _files.Refuses = null;
        _files.RefusesReadsOf = null;
        RunPending();
        Require(
            _store.WorkError is null && _store.FirstError is null, $"The work goes on failing: {_store.WorkError ?? _store.FirstError}");
        RequireNoFileLeft();
    }

    /// <summary>
    /// Every table is one of the store's. A file that a crash left without its first bytes cannot be told from another program's,
    /// and every later opening leaves it, too; one that this opening of the store left is none of these.
    /// </summary>
    private void RequireNoFileLeft()
    {
        HashSet<string> known = [.. _store.Engine.Tables.Tables.SelectMany(table => StoreFiles.FilesOf(table.Meta)), .. _unproven];
        known.UnionWith(_store.Engine.History?.Versions.SelectMany(version => version.DataFiles()) ?? []);
        string[] left = [.. _files.ListFiles(_folder).Where(name => IsTable(name) && !known.Contains(name))];
        Require(left.Length == 0, $"Files are left: {string.Join(", ", left)}");
    }

    private static bool IsTable(string path) =>
        StoreFiles.Classify(Path.GetFileName(path), out _) is StoreFileKind.Table or StoreFileKind.ColumnFile;

    private void CatchUp()
    {
        _unapplied.ForEach(apply => apply());
        _unapplied.Clear();
    }

    private void Reopen(ref SimRandom random)
    {
        _trace.Add("reopen");
        _store.Dispose();
        CatchUp();
        Evolve(ref random);
        _store = Open();
    }

    private void Crash(ref SimRandom random)
    {
        if (_options.Durability == Durability.InMemory)
        {
            return;
        }

        // What was not applied when the process or the power went is lost; what was applied is acknowledged.
        bool power = _options.Durability == Durability.Synced && random.Coin();
        _trace.Add(power ? "power cut" : "kill");
        SimRecording run = _files.Recording();
        SimDisk disk = power ? run.CrashImage(_files.OperationCount, random.Next()) : run.KillImage(_files.OperationCount);
        _store.Engine.Close(abandon: true);
        _unapplied.Clear();
        _files = new SimFileSystem(disk);
        Evolve(ref random);
        _store = Open();
    }

    /// <summary>The history goes on in the checkpoint: it answers as the store did, without what was not applied.</summary>
    private void Checkpoint(ref SimRandom random)
    {
        string target = $"/checkpoint-{++_checkpoints}";
        _trace.Add($"checkpoint {target}");
        _files.CanLink = random.Coin();
        Task done = _store.CheckpointAsync(target);
        Require(done.IsCompletedSuccessfully, $"The checkpoint failed: {done.Exception}");
        if (_options.Durability == Durability.InMemory)
        {
            CatchUp();
        }

        bool power = random.Coin();
        SimRecording run = _files.Recording();
        SimDisk disk = power ? run.CrashImage(_files.OperationCount, random.Next()) : run.KillImage(_files.OperationCount);
        _store.Engine.Close(abandon: true);
        _unapplied.Clear();
        _files = new SimFileSystem(disk);
        _folder = target;
        _past?.Forget();
        Evolve(ref random);
        _store = Open();
    }

    private void Evolve(ref SimRandom random)
    {
        _declaredTypes = Math.Min(_types.Length, _declaredTypes + random.Below(2));
        for (int i = 0; i < _types.Length; i++)
        {
            _columns[i] = Math.Min(_types[i].Columns.Length, _columns[i] + random.Below(2));
        }
    }

    private void Pass(ref SimRandom random)
    {
        long ms = random.Below(30) * 60_000L;
        _trace.Add($"pass {ms}");
        _time.NowMs += ms;
    }

    private void CheckAll(SimRandom random)
    {
        RunPending();
        for (int i = 0; i < 4; i++)
        {
            CheckOne(ref random);
        }
    }

    private void CheckOne(ref SimRandom random)
    {
        MetaQuery query = MetaQuery.Random(ref random, _types[.._declaredTypes], _columns, _time.NowMs);
        new MetaCheck(_store, _model, _types, _columns).Check(query, Enumerable.Range(0, Users + 1), User, _time.NowMs);
    }

    private static void Require(bool holds, string message)
    {
        if (!holds)
        {
            throw new InvalidOperationException(message);
        }
    }
}
