using System.Data.Common;
using System.Diagnostics;
using System.Globalization;
using DuckDB.NET.Data;

namespace Signals.Bench.Lake;

/// <summary>DuckDB reads the same files into a table in memory, and copies the table out again, with two threads.</summary>
internal static class LakePeer
{
    private const int Threads = 2;

    /// <summary>Runs and prints the rates.</summary>
    public static void Run(string folder, string files, LakeWorkload workload)
    {
        using DuckDBConnection connection = new("DataSource=:memory:");
        connection.Open();
        Execute(connection, string.Create(CultureInfo.InvariantCulture, $"SET threads={Threads}"));
        long started = Stopwatch.GetTimestamp();
        Execute(connection, $"CREATE TABLE events AS SELECT * FROM read_parquet('{files}/*/*.parquet', hive_partitioning=false)");
        LakeSteps.Print("DuckDB, into a table", workload.Events, started, "");
        string copy = Path.Combine(folder, "duck.parquet");
        started = Stopwatch.GetTimestamp();
        Execute(connection, $"COPY events TO '{copy}' (FORMAT parquet, COMPRESSION zstd)");
        LakeSteps.Print(
            "DuckDB, COPY to a file", workload.Events, started,
            string.Create(CultureInfo.InvariantCulture, $"{new FileInfo(copy).Length / (double)workload.Events:F1} bytes a row"));
        started = Stopwatch.GetTimestamp();
        Execute(
            connection,
            $"COPY (SELECT *, strftime(time, '%Y-%m-%d') AS dt FROM events) TO '{folder}/duck' "
            + "(FORMAT parquet, COMPRESSION zstd, PARTITION_BY (dt))");
        LakeSteps.Print("DuckDB, COPY by day", workload.Events, started, "");
    }

    private static void Execute(DuckDBConnection connection, string sql)
    {
        using DbCommand command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }
}
