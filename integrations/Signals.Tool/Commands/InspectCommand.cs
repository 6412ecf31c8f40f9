using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Signals.Maintenance;
using Signals.Tool.Export;
using Signals.Tool.Stores;
using Spectre.Console;

namespace Signals.Tool.Commands;

/// <summary>
/// Draws a store: one line per time window, and in it one bar per run. The length of a bar shows the size of the run.
/// </summary>
internal sealed class InspectCommand : ToolCommand
{
    private const int BarWidth = 60;

    private readonly Argument<string> _folder = Syntax.Folder();
    private readonly Option<string?> _type = Syntax.Text("--type", "NAME", "Only this event type.");
    private readonly Option<bool> _json = Syntax.Json();

    public InspectCommand()
        : base("inspect", "Draw the runs by the time window that they begin in, and their sizes.")
    {
        Add(_folder);
        Add(_type);
        Add(_json);
    }

    public override Task<ExitCode> RunAsync(ParseResult line, ToolContext context, CancellationToken cancellationToken)
    {
        string folder = line.GetRequiredValue(_folder);
        string? type = line.GetValue(_type);
        bool json = line.GetValue(_json);
        using ReadOnlyStore store = SignalStore.OpenReadOnly(folder);
        string? chosen = type is null ? null : TypeChoice.Choose(store.Schema, [type])[0].Name;
        TableInfo[] tables =
            [.. store.GetTables().Where(table => chosen is null || (table.EventType == chosen && !table.IsOfDroppedType))];
        if (json)
        {
            context.WriteRaw(JsonText.Write(writer => WriteJson(writer, tables)));
        }
        else
        {
            Draw(context.Console, tables);
        }

        LiveNote.Write(context, store);
        return Task.FromResult(ExitCode.Ok);
    }

    private static void WriteJson(Utf8JsonWriter json, TableInfo[] tables)
    {
        json.WriteStartArray();
        foreach (TableInfo table in tables)
        {
            json.WriteStartObject();
            json.WriteNumber("number", table.Number);
            json.WriteString("type", table.EventType);
            json.WriteNumber("window_start_ms", table.WindowStartMs);
            json.WriteNumber("oldest_ms", table.OldestMs);
            json.WriteNumber("newest_ms", table.NewestMs);
            json.WriteNumber("rows", table.Rows);
            json.WriteNumber("users", table.Users);
            json.WriteNumber("bytes", table.Bytes);
            json.WriteBoolean("patch", table.IsPatch);
            json.WriteBoolean("imported", table.IsImported);
            json.WriteBoolean("dropped", table.IsOfDroppedType);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void Draw(IAnsiConsole console, TableInfo[] tables)
    {
        if (tables.Length == 0)
        {
            console.WriteLine("no tables");
            return;
        }

        long widest = tables.GroupBy(table => (NameOf(table), table.WindowStartMs)).Max(window => window.Sum(table => table.Bytes));
        foreach (IGrouping<string, TableInfo> type in tables.GroupBy(NameOf))
        {
            console.WriteLine(type.Key);
            foreach (IGrouping<long, TableInfo> window in type.GroupBy(table => table.WindowStartMs))
            {
                TableInfo[] runs = [.. window.OrderByDescending(table => table.Bytes)];
                string bars = string.Join(' ', runs.Select(run => Bar(run, widest)));
                console.WriteLine(
                    $"  {Time(window.Key)}  {bars}  {Count.Of(runs.Length, "run")}, "
                    + $"{Count.Rows(runs.Sum(run => run.Rows))}, {Count.Bytes(runs.Sum(run => run.Bytes))}");
            }
        }

        console.WriteLine("# events, % events of a segment, ~ patches");
    }

    private static string NameOf(TableInfo table) => table.IsOfDroppedType ? table.EventType + ", dropped" : table.EventType;

    private static string Bar(TableInfo run, long widest) =>
        new(run.IsPatch ? '~' : run.IsImported ? '%' : '#', (int)Math.Max(1, run.Bytes * BarWidth / widest));

    private static string Time(long ms) => ms < DateTimeOffset.MinValue.ToUnixTimeMilliseconds()
        ? "before all times "
        : DateTimeOffset.FromUnixTimeMilliseconds(ms).ToString("yyyy-MM-dd HH:mm'Z'", CultureInfo.InvariantCulture);
}
