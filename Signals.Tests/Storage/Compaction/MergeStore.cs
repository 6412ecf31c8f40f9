using Signals.Core.Columns;
using Signals.Core.Model;
using Signals.Storage.Compaction;
using Signals.Storage.Tables;
using Signals.Storage.Versions;
using Signals.Tests.Simulation;

namespace Signals.Tests.Storage.Compaction;

/// <summary>Tables of one event type in a simulated folder: writes, merges and reads them whole.</summary>
internal sealed class MergeStore : IDisposable
{
    public const string Folder = "/store";
    public const long Window = 0;

    private readonly BlockCache _cache = new(1 << 20);
    private readonly List<Table> _opened = [];
    private readonly List<MergeJob> _jobs = [];
    private ulong _number;

    public MergeStore(EventTypeSchema type)
    {
        Type = type;
        Files = new SimFileSystem(record: false);
        Files.CreateDirectory(Folder);
    }

    public SimFileSystem Files { get; }

    public EventTypeSchema Type { get; set; }

    public ErasureSet Erasures { get; } = new();

    /// <summary>How much a merged table of several windows should hold.</summary>
    public long WindowBytes { get; init; }

    /// <summary>A file number that nothing has.</summary>
    public ulong NextNumber() => ++_number;

    public Table Write(
        SortedDictionary<UserId, RowBuffer> users, long window = Window, RunKind kind = RunKind.Events, long importedMs = 0)
    {
        ulong number = ++_number;
        RowStamps stamps = users.First().Value.Stamps;
        RowDefaults defaults = new(kind, stamps.DefaultStamp, stamps.Parts);
        using var writer = new TableWriter(
            Files, Path.Combine(Folder, StoreFiles.Table(number)), number, Type, window, new TableOptions { BlockBytes = 512 }, defaults);
        foreach ((UserId user, RowBuffer rows) in users)
        {
            writer.Add(user, rows, 0, rows.Count);
        }

        return Open(writer.Finish() with { ImportedMs = importedMs });
    }

    /// <summary>A table of random users whose rows are in table order; they are added to the model too.</summary>
    /// <param name="random">Gives the rows.</param>
    /// <param name="model">Receives them too.</param>
    /// <param name="window">Start of the window.</param>
    /// <param name="maxRows">Fewer rows than this per user.</param>
    /// <param name="stamped">Whether the run may have any stamp, and stamps row by row.</param>
    /// <param name="kind">What the rows are.</param>
    public Table WriteRandom(
        Random random, MergeModel model, long window = Window, int maxRows = 12, bool stamped = false, RunKind kind = RunKind.Events)
    {
        int runSeed = random.Next();
        StampParts parts = (StampParts)random.Next(4);
        parts = kind == RunKind.Patches ? parts & StampParts.Cells : parts;
        var users = new SortedDictionary<UserId, RowBuffer>();
        for (int i = random.Next(1, 8); i > 0; i--)
        {
            UserId user = UserId.From((ulong)random.Next(10));
            int count = random.Next(1, maxRows);
            RowBuffer unsorted = stamped
                ? WithRun(MergeRows.RandomStamped(Type, random, count, parts), MergeRows.RandomStamp(new Random(runSeed)))
                : MergeRows.Random(Type, random, count);
            RowBuffer rows = MergeRows.Sorted(Type, unsorted);
            rows.Times.ToArray().Select(time => time + window).ToArray().CopyTo(rows.Times);
            users[user] = rows;
        }

        foreach ((UserId user, RowBuffer rows) in users)
        {
            model.Add(user, rows, kind);
        }

        return Write(users, window, kind);
    }

    public Table Open(TableMeta meta)
    {
        Table table = Table.Open(Files, Path.Combine(Folder, StoreFiles.Table(meta.Number)), meta, Type, _cache, verify: true,
            columns => Path.Combine(Folder, StoreFiles.ColumnFile(columns.Number)));
        _opened.Add(table);
        return table;
    }

    public MergeJob Job(Table[] tables, long oldestKept = long.MinValue, Table[]? newer = null)
    {
        var work = new CompactionWork(
            CompactionReason.Full, Type.Id, tables[0].Meta.WindowStart, [.. tables.Select(t => t.Meta.Number)], 0, oldestKept);
        var target = new MergeTarget(new StoreFolder(Files, Folder), NextNumber, Type, new TableOptions(), WindowBytes);
        NewerTables all = NewerTables.IndexUsers(newer ?? []);
        MergeJob job = new(target, work, tables, Erasures, all.Than(tables.Max(table => table.Meta.MaxTime)));
        _jobs.Add(job);
        return job;
    }

    public string Describe(TableMeta? meta)
    {
        if (meta is null)
        {
            return "";
        }

        var users = new List<(UserId User, RowBuffer Rows)>();
        Table table = Open(meta);
        for (TableCursor cursor = table.CreateCursor(); cursor.MoveNext();)
        {
            RowBuffer rows = BufferFor(table);
            cursor.AppendTo(rows);
            users.Add((cursor.User, rows));
        }

        return MergeModel.Describe(users);
    }

    public RowBuffer BufferFor(Table table) =>
        new([.. Type.Columns.Select(column => column.Type)], table.Defaults.Stamp, table.Defaults.Parts);

    // All users of a table share its run's stamp: what had the other one keeps it only where rows have their own.
    private static RowBuffer WithRun(RowBuffer rows, Stamp defaultStamp)
    {
        RowBuffer same = new([.. rows.Columns.ToArray().Select(column => column.Type)], defaultStamp, rows.Stamps.Parts);
        same.AppendRows(rows, 0, rows.Count);
        return same;
    }

    public void Dispose()
    {
        _jobs.ForEach(job => job.Dispose());
        _opened.ForEach(table => table.Dispose());
    }
}
