using System.Data.Common;
using System.Globalization;
using DuckDB.NET.Data;

namespace Signals.Tests.Parquet;

/// <summary>Asks DuckDB, which shares no code with the library that writes our files. One thread.</summary>
internal sealed class Duck : IDisposable
{
    private readonly DuckDBConnection _connection = new("DataSource=:memory:");

    public Duck()
    {
        _connection.Open();
        Run("SET TimeZone='UTC'; SET threads=1; SET autoinstall_known_extensions=false; SET autoload_known_extensions=false");
    }

    /// <summary>Runs a statement.</summary>
    public void Run(string sql)
    {
        using DbCommand command = _connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    /// <summary>Gives each row of a query.</summary>
    public void Read(string sql, Action<DbDataReader> row)
    {
        using DbCommand command = _connection.CreateCommand();
        command.CommandText = sql;
        using DbDataReader reader = command.ExecuteReader();
        while (reader.Read())
        {
            row(reader);
        }
    }

    /// <summary>The rows of a query, each as its cells' texts, joined by '|'.</summary>
    public string[] Rows(string sql)
    {
        List<string> rows = [];
        Read(sql, reader => rows.Add(string.Join('|', Enumerable.Range(0, reader.FieldCount)
            .Select(i => reader.IsDBNull(i) ? "NULL" : Convert.ToString(reader.GetValue(i), CultureInfo.InvariantCulture)))));
        return [.. rows];
    }

    public void Dispose() => _connection.Dispose();
}
