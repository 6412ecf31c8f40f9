using Microsoft.Data.Sqlite;

namespace Signals.Bench.Candidates;

/// <summary>SQLite: one row per event in a table that is clustered by its key.</summary>
internal sealed class SqliteCandidate : ICandidate
{
    private readonly SqliteConnection _connection;
    private readonly SqliteCommand _insert;
    private readonly SqliteCommand _select;
    private readonly TypeLists _lists = new();
    private readonly Answer _answer = new(ICandidate.ReadRows);

    public SqliteCandidate(StoreSetup setup)
    {
        _connection = new SqliteConnection($"Data Source={Path.Combine(setup.Path, "events.db")};Pooling=False");
        _connection.Open();
        Execute("PRAGMA page_size=8192");
        Execute("PRAGMA journal_mode=WAL");
        Execute(setup.Synced ? "PRAGMA synchronous=FULL" : "PRAGMA synchronous=OFF");
        Execute("PRAGMA cache_size=-262144");
        Execute("PRAGMA mmap_size=8589934592");
        Execute("CREATE TABLE IF NOT EXISTS events (user INTEGER, type INTEGER, time INTEGER, id INTEGER, "
            + "item INTEGER, surface INTEGER, action INTEGER, dwell REAL, "
            + "PRIMARY KEY (user, type, time DESC, id)) WITHOUT ROWID");
        _insert = Command("INSERT OR IGNORE INTO events VALUES ($p0, $p1, $p2, $p3, $p4, $p5, $p6, $p7)", 8);
        _select = Command("SELECT time, id, item, surface, action, dwell FROM events WHERE user = $p0 AND type = $p1 AND time >= $p2 "
            + $"ORDER BY time DESC, id LIMIT {ICandidate.ReadRows}", 3);
    }

    public string Name => "SQLite";

    public string Settings =>
        "WITHOUT ROWID, primary key (user, type, time descending, id), WAL journal, synchronous=OFF (written to the OS), "
        + "8 KiB pages, 256 MiB page cache, "
        + "memory-mapped reads, prepared statements, transactions of 256 events";

    public string DataFileEnd => ".db";

    public bool TakesManyProducers => false;

    public bool ReadsWhileIngesting => false;

    public void Ingest(EventLog log, int producers) => ProducerRun.ForEachBatch(log, 0, 1, (start, count) => Append(log, start, count));

    public void Append(EventLog log, int start, int count)
    {
        using SqliteTransaction transaction = _connection.BeginTransaction();
        _insert.Transaction = transaction;
        for (int i = start; i < start + count; i++)
        {
            Set(_insert, (long)log.Users[i], log.Types[i], log.Times[i], (long)log.Ids[i], log.Items[i], log.Surfaces[i], log.Actions[i]);
            _insert.Parameters[7].Value = (double)log.Dwells[i];
            _insert.ExecuteNonQuery();
        }

        transaction.Commit();
    }

    public void FlushAndCompact() => Execute("PRAGMA wal_checkpoint(TRUNCATE)");

    public int Read(ulong user, ReadShape shape)
    {
        Read(user, shape, _answer);
        return _answer.Count;
    }

    public void Read(ulong user, ReadShape shape, Answer answer) => _lists.Read(user, shape, answer, ReadType);

    public string Describe() => "";

    public void Dispose()
    {
        _insert.Dispose();
        _select.Dispose();
        _connection.Dispose();
    }

    private void ReadType(ulong user, byte type, long oldest, Answer list)
    {
        Set(_select, (long)user, type, oldest);
        using SqliteDataReader reader = _select.ExecuteReader();
        int rows = 0;
        while (reader.Read())
        {
            PackedRow row = new(
                reader.GetInt64(0),
                (ulong)reader.GetInt64(1),
                (uint)reader.GetInt64(2),
                (byte)reader.GetInt32(4),
                (byte)reader.GetInt32(3),
                (float)reader.GetDouble(5));
            row.CopyTo(list, rows++, type);
        }

        list.Count = rows;
    }

    private SqliteCommand Command(string text, int parameters)
    {
        SqliteCommand command = _connection.CreateCommand();
        command.CommandText = text;
        for (int i = 0; i < parameters; i++)
        {
            command.Parameters.AddWithValue($"$p{i}", 0L);
        }

        command.Prepare();
        return command;
    }

    private static void Set(SqliteCommand command, params ReadOnlySpan<long> values)
    {
        for (int i = 0; i < values.Length; i++)
        {
            command.Parameters[i].Value = values[i];
        }
    }

    private void Execute(string text)
    {
        using SqliteCommand command = _connection.CreateCommand();
        command.CommandText = text;
        command.ExecuteNonQuery();
    }
}
