using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Signals.Maintenance;
using Signals.Tool.Export;
using Signals.Tool.Stores;
using Spectre.Console;

namespace Signals.Tool.Commands;

/// <summary>Shows what a store holds.</summary>
internal sealed class StatsCommand : ToolCommand
{
    private readonly Argument<string> _folder = Syntax.Folder();
    private readonly Option<bool> _json = Syntax.Json();

    public StatsCommand()
        : base("stats", "Show event types, tables, bytes, watermarks and the positions of sources.")
    {
        Add(_folder);
        Add(_json);
    }

    public override Task<ExitCode> RunAsync(ParseResult line, ToolContext context, CancellationToken cancellationToken)
    {
        string folder = line.GetRequiredValue(_folder);
        bool json = line.GetValue(_json);
        using ReadOnlyStore store = SignalStore.OpenReadOnly(folder);
        if (json)
        {
            context.WriteRaw(JsonText.Write(writer => WriteJson(writer, store)));
        }
        else
        {
            Print(context.Console, store);
        }

        LiveNote.Write(context, store);
        return Task.FromResult(ExitCode.Ok);
    }

    private static void WriteJson(Utf8JsonWriter json, ReadOnlyStore store)
    {
        ReadOnlyStats stats = store.GetStats();
        json.WriteStartObject();
        json.WriteNumber("tables", stats.Tables);
        json.WriteNumber("table_bytes", stats.TableBytes);
        json.WriteNumber("table_rows", stats.TableRows);
        json.WriteNumber("log_events", stats.LogRows);
        json.WriteNumber("erased_users", stats.ErasedUsers);
        json.WriteStartArray("event_types");
        foreach (EventTypeSchema type in store.Schema.EventTypes.Where(type => !type.IsDropped))
        {
            TableInfo[] tables = TablesOf(store, type);
            json.WriteStartObject();
            json.WriteString("name", type.Name);
            json.WriteNumber("columns", type.Columns.Count(column => !column.IsDropped));
            json.WriteNumber("tables", tables.Length);
            json.WriteNumber("rows", tables.Sum(table => table.Rows));
            json.WriteNumber("bytes", tables.Sum(table => table.Bytes));
            json.WriteNumber("windows", tables.Select(table => table.WindowStartMs).Distinct().Count());
            if (store.GetWatermark(type.Name) is DateTimeOffset watermark)
            {
                json.WriteNumber("watermark_ms", watermark.ToUnixTimeMilliseconds());
            }

            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteStartObject("sources");
        foreach (SourcePosition source in store.GetResumePositions())
        {
            json.WriteNumber(source.Source, source.Position);
        }

        json.WriteEndObject();
        json.WriteStartObject("source_identities");
        foreach (SourcePosition source in store.GetResumePositions())
        {
            json.WriteStartObject(source.Source);
            json.WriteString("incarnation", source.Incarnation.IsNone ? null : source.Incarnation.ToString());
            json.WriteNumber("generation", source.Generation);
            json.WriteEndObject();
        }

        json.WriteEndObject();
        ReadOnlyLag lag = store.MeasureLag();
        json.WriteNumber("position", lag.Position);
        json.WriteNumber("bytes_behind", lag.BytesBehind);
        json.WriteString("writer", lag.Writer);
        json.WriteEndObject();
    }

    private static void Print(IAnsiConsole console, ReadOnlyStore store)
    {
        Table table = new Table().Border(TableBorder.Simple).AddColumns(
            "event type", "columns", "keep last", "max age", "windows", "tables", "rows", "bytes", "newest event");
        foreach (EventTypeSchema type in store.Schema.EventTypes.Where(type => !type.IsDropped))
        {
            TableInfo[] tables = TablesOf(store, type);
            string[] cells =
            [
                type.Name,
                Count.Number(type.Columns.Count(column => !column.IsDropped)),
                type.KeepLast == int.MaxValue ? "all" : Count.Number(type.KeepLast),
                type.MaxAge?.ToString("c", CultureInfo.InvariantCulture) ?? "-",
                Count.Number(tables.Select(t => t.WindowStartMs).Distinct().Count()),
                Count.Number(tables.Length),
                Count.Number(tables.Sum(t => t.Rows)),
                Count.Number(tables.Sum(t => t.Bytes)),
                store.GetWatermark(type.Name)?.ToString("u", CultureInfo.InvariantCulture) ?? "-",
            ];
            table.AddRow(cells.Select(cell => new Text(cell)));
        }

        console.Write(table);
        ReadOnlyStats stats = store.GetStats();
        console.WriteLine($"{Count.Events(stats.LogRows)} in the log, not in tables yet; {Count.Of(stats.ErasedUsers, "erased user")}");
        foreach (SourcePosition source in store.GetResumePositions())
        {
            string resets = source.Generation == 0
                ? ""
                : string.Create(CultureInfo.InvariantCulture, $", reset {Count.Of(source.Generation, "time")}");
            console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"source {source.Source} goes on at {source.Position}, known as {source.Incarnation}{resets}"));
        }
    }

    private static TableInfo[] TablesOf(ReadOnlyStore store, EventTypeSchema type) =>
        [.. store.GetTables().Where(table => table.EventType == type.Name && !table.IsOfDroppedType)];

}
