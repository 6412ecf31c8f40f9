using Signals.Offline;
using Signals.Storage.FileSystem;
using Signals.Storage.Segments;
using Signals.Tests.Simulation;

namespace Signals.Tests.Reliability;

/// <summary>
/// A deterministic run of a store without threads: batches of several types with late, duplicate and patched events, erasures,
/// imports of segments, log syncs, flushes, compactions, clean closes and kills; with kept versions also reads that last,
/// interrupted compactions and the turns of the background threads. Threads: one. Stops at the first exception, which it lets through.
/// </summary>
internal sealed class CrashWorkload(
    SimFileSystem files, IFileSystem mounted, Durability durability, ulong seed, bool imports = true, VersionRetention? retention = null)
{
    public const string Directory = "store";
    public const string Offline = "/offline"; // as an import names it: in full
    public const int Users = 8;
    public const long HourMs = 3_600_000;
    public const long StartMs = 1_772_323_200_000;

    /// <summary>Corrections are about the last events, which neither an erasure nor the last N has hidden yet.</summary>
    private const int Remembered = 24;

    private readonly Queue<AppendTicket> _waiting = new();
    private readonly List<(int Type, CrashEvent Event)> _past = [];
    private readonly List<(int Type, CrashEvent Event)> _spoken = [];
    private readonly SettableTime _time = new(StartMs);
    private SimRandom _random = new(seed);
    private readonly CrashUpkeep _together = new();
    private ulong _nextId = 1;
    private long _generations = 1;

    public CrashHistory History => field ??= new CrashHistory(durability, Users, _time) { Retention = retention };

    public SignalStore? Store { get; private set; }

    /// <summary>Whether the store is being opened or closed, so that nothing more can be asked of it.</summary>
    public bool IsClosed { get; private set; } = true;

    /// <summary>Whether a segment is being imported: an error of that stops the import, and not always the store.</summary>
    public bool IsImporting { get; private set; }

    /// <summary>Whether somebody was told of an error after which all goes on: of tables, or of an import that left its file.</summary>
    public bool WasTold { get; private set; }

    /// <summary>Entries issued and not yet acknowledged.</summary>
    public IReadOnlyCollection<AppendTicket> Waiting => _waiting;

    /// <summary>Runs a whole workload on a fresh disk and closes it.</summary>
    public static (CrashHistory History, SimRecording Run) Record(
        Func<SimFileSystem, IFileSystem> mount, Durability durability, ulong seed,
        int steps, bool imports = true, VersionRetention? retention = null)
    {
        SimFileSystem files = new();
        CrashWorkload workload = new(files, mount(files), durability, seed, imports, retention);
        try
        {
            workload.Run(steps);
        }
        finally
        {
            workload.Release();
            workload.Store?.Engine.Close(abandon: true);
        }

        SimRecording run = files.Recording();
        workload.History.Freeze(run.Operations);
        return (workload.History, run);
    }

    public void Run(int steps)
    {
        Open();
        for (int step = 0; step < steps; step++)
        {
            _time.NowMs += HourMs;
            Step(_random.Below(100));
        }

        if (retention is not null)
        {
            _together.Release();
            CrashUpkeep.Turn(Store!);
        }

        Close(abandon: false);
        History.AllDurable(files.OperationCount);
    }

    /// <summary>Runs some steps and leaves the store open.</summary>
    public void RunOpen(int steps)
    {
        Open();
        for (int step = 0; step < steps; step++)
        {
            _time.NowMs += HourMs;
            Step(_random.Below(100));
        }
    }

    /// <summary>Notes which waiting appends were acknowledged; those that failed stay.</summary>
    public void CollectAcks()
    {
        while (_waiting.TryPeek(out AppendTicket ticket) && Store!.WaitAsync(ticket).AsTask().IsCompletedSuccessfully)
        {
            History.Ack(files.OperationCount);
            _waiting.Dequeue();
        }
    }

    /// <summary>Ends what is held open: reads that are under way.</summary>
    public void Release() => _together.Release();

    private void Step(int dice)
    {
        if (retention is not null && _random.Below(4) == 0)
        {
            Together(_random.Below(4));
            return;
        }

        switch (dice)
        {
            // Rare, because each begins a new log, and logs have to fill up, too.
            case < 2:
                Flush();
                break;
            case < 4:
                Compact();
                break;
            case < 6:
                Close(abandon: false);
                History.AllDurable(files.OperationCount);
                Open();
                break;
            case < 8:
                Close(abandon: true);
                Open();
                break;
            case < 14:
                Store!.Engine.SyncLog();
                break;
            case < 22 when imports && _past.Count > 0:
                Import();
                break;
            default:
                Ingest();
                break;
        }
    }

    /// <summary>What a host may do at once: reads across flushes and merges, erasures, kept versions, interrupted compactions.</summary>
    private void Together(int dice)
    {
        switch (dice)
        {
            case 0:
                _together.Hold(Store!, _random.Next());
                break;
            case 1:
                CrashUpkeep.Turn(Store!);
                break;
            case 2:
                Issue(Erasure());
                _together.Interrupt(files, Store!, _random.Below(6));
                Close(abandon: _random.Coin());
                Open();
                Compact();
                break;
            default:
                Issue(Erasure());
                Ingest();
                _together.Hold(Store!, _random.Next());
                Compact();
                _together.Release();
                CrashUpkeep.Turn(Store!);
                break;
        }
    }

    private void Compact()
    {
        try
        {
            _together.Compact(Store!, () => Wait(Store!.CompactAsync()));
        }
        catch (StoreWorkFailedException) when (Store!.FirstError is null)
        {
            WasTold = true; // and everything goes on
        }
    }

    private void Flush()
    {
        try
        {
            Wait(Store!.FlushAsync());
        }
        catch (StoreWorkFailedException) when (Store!.FirstError is null)
        {
            WasTold = true;
        }
    }

    private void Open()
    {
        Store = null;
        files.LeaveLock(Path.Combine(Directory, "LOCK"));
        Store = SignalStore.Open(
            mounted, Directory, CrashSchema.Define(), CrashSchema.Options(durability) with { Retention = retention }, _time);
        IsClosed = false;
        History.AllDurable(files.OperationCount);
    }

    private void Close(bool abandon)
    {
        IsClosed = true;
        _together.Release();
        WasTold |= Store!.GetStats().WorkFailures > 0;
        Store.Engine.Close(abandon);
    }

    private void Wait(Task work)
    {
        CollectAcks();
        work.GetAwaiter().GetResult();
        History.AllDurable(files.OperationCount);
    }

    private void Ingest()
    {
        int entries = 1 + _random.Below(3);
        for (int i = 0; i < entries; i++)
        {
            Accept(_random.Below(25) == 0 ? Erasure() : Batch());
        }

        Store!.Engine.RunPending();
        CollectAcks();
    }

    private void Issue(CrashEntry entry)
    {
        Accept(entry);
        Store!.Engine.RunPending();
        CollectAcks();
    }

    private void Accept(CrashEntry entry)
    {
        History.Issue(entry, files.OperationCount);
        AppendTicket ticket = entry.Type == CrashEntry.Erasure ? Erase(entry) : Append(entry);
        entry.Position = ticket.Position;
        _waiting.Enqueue(ticket);
    }

    /// <summary>Imports a segment when all before it is durable: it is in the manifest, and not in the order of the log.</summary>
    private void Import()
    {
        Store!.Engine.RunPending();
        Store.Engine.SyncLog();
        CollectAcks();
        CrashSegment segment = Segment();
        IsImporting = true;
        string path = Path.Combine(Offline, $"{segment.Generation}.seg");
        Put(path, segment.Write());
        CrashEntry entry = new(CrashEntry.Import, [], Segment: segment) { Position = Store.Engine.Appender.AcceptedPosition.Value };
        History.Issue(entry, files.OperationCount);
        bool move = _random.Coin();
        ImportResult result = Store.ImportAsync(path, new ImportOptions { Move = move }).GetAwaiter().GetResult();
        WasTold |= move && !result.SourceRemoved;
        History.Ack(files.OperationCount);
        History.AllDurable(files.OperationCount);
        IsImporting = false;
    }

    private void Put(string path, byte[] bytes)
    {
        if (!files.DirectoryExists(Offline))
        {
            files.CreateDirectory(Offline);
        }

        using (IFile file = files.Open(path, FileOpenMode.CreateNew))
        {
            file.Write(0, bytes);
            file.Sync();
        }

        files.SyncDirectory(Offline);
    }

    /// <summary>
    /// A segment about recent events, half of them such as a segment spoke of before: retracted ones are inserted again, and corrected ones
    /// corrected twice. Of two segments the second is often the older generation.
    /// </summary>
    private CrashSegment Segment()
    {
        int type = Recent(_past, Remembered).Type;
        Dictionary<(int User, long Time, ulong Id), CrashPatch> rows = [];
        for (int wanted = 2 + _random.Below(4); wanted > 0; wanted--)
        {
            (int pastType, CrashEvent past) = _spoken.Count > 0 && _random.Coin()
                ? Recent(_spoken, Remembered / 3)
                : Recent(_past, Remembered);
            CrashEvent e = pastType != type ? Event(type) : past with { Columns = Some(Columns(type)) };
            RowMarks marks = pastType != type ? RowMarks.Insert : _random.Below(5) switch
            {
                < 2 => RowMarks.Insert,
                2 => RowMarks.Retract,
                _ => RowMarks.Correct,
            };
            rows[(e.User, e.Time, e.Id)] = new CrashPatch(marks, e);
            _spoken.Add((type, e));
        }

        return new CrashSegment(type, ++_generations ^ 1, [.. rows.Values]);
    }

    private (int Type, CrashEvent Event) Recent(List<(int Type, CrashEvent Event)> events, int last) =>
        events[^(1 + _random.Below(Math.Min(last, events.Count)))];

    private AppendTicket Append(CrashEntry entry)
    {
        EventBatch batch = Store!.CreateBatch(CrashSchema.Names[entry.Type], 8);
        Array.ForEach(entry.Events, e => CrashSchema.Add(batch, e));
        return Store.Append(batch);
    }

    private AppendTicket Erase(CrashEntry entry)
    {
        _together.NoteErasure();
        _ = Store!.EraseAsync(CrashSchema.UserOf(entry.ErasedUser)).AsTask();
        return new AppendTicket(Store.Engine.Appender.AcceptedPosition.Value);
    }

    private CrashEntry Erasure() => new(CrashEntry.Erasure, [], _random.Below(Users), _time.NowMs);

    private CrashEntry Batch()
    {
        int type = _random.Below(3);
        var events = new CrashEvent[1 + _random.Below(type == CrashSchema.Buy ? 4 : 7)];
        for (int i = 0; i < events.Length; i++)
        {
            events[i] = Event(type);
            _past.Add((type, events[i]));
        }

        return new CrashEntry(type, events);
    }

    private CrashEvent Event(int type)
    {
        if (_past.Count > 0 && _random.Below(8) == 0
            && (_random.Coin() ? Recent(_past, Remembered) : _past[_random.Below(_past.Count)]) is { } old && old.Type == type)
        {
            // A plain repetition, or a correction of the same event.
            return _random.Coin() ? old.Event : old.Event with { Columns = Columns(type) };
        }

        long late = _random.Below(6) == 0 ? _random.Below(72) * HourMs : 0;
        return new CrashEvent(_random.Below(Users), _time.NowMs - late - _random.Below(1000), _nextId++, Columns(type));
    }

    private CrashValue[] Columns(int type) => type switch
    {
        CrashSchema.View => [Value(sizeof(int)), Value(_random.Below(24), text: true)],
        CrashSchema.Buy => [Value(sizeof(long)), Value(CrashSchema.Dimensions)],
        _ => [Value(_random.Below(40))],
    };

    /// <summary>Without some of the columns: of them a correction says nothing.</summary>
    private CrashValue[] Some(CrashValue[] columns)
    {
        for (int i = 0; i < columns.Length; i++)
        {
            columns[i] = _random.Below(3) == 0 ? CrashValue.Absent : columns[i];
        }

        return columns;
    }

    private CrashValue Value(int length, bool text = false)
    {
        int dice = _random.Below(10);
        if (dice < 2)
        {
            return dice == 0 ? CrashValue.Absent : CrashValue.Null;
        }

        byte[] bytes = new byte[length];
        for (int i = 0; i < length; i++)
        {
            bytes[i] = text ? (byte)('a' + _random.Below(4)) : (byte)_random.Next();
        }

        return CrashValue.Of(bytes);
    }
}
