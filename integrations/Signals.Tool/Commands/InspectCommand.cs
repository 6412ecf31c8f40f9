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
internal sealed class InspectCommand : ICommand
{
    private const int BarWidth = 60;

    public string Name => "inspect";

    public string Usage => "inspect FOLDER [--type NAME] [--json]";

    public string Description => "A picture of the runs by the time window that they begin in, and their sizes.";

    public Task<ExitCode> RunAsync(CommandLine line, ToolContext context, CancellationToken cancellationToken)
    {
        string folder = line.Word("FOLDER");
        string? type = line.Text("--type");
        bool json = line.Flag("--json");
        line.RequireAllUsed();
        using ReadOnlyStore store = SignalStore.OpenReadOnly(folder);
        if (type is not null && !store.Schema.TryGet(type, out _))
        {
            throw new UsageException($"The store has no event type '{type}'.");
        }

        TableInfo[] tables = [.. store.GetTables().Where(table => type is null || table.EventType == type)];
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

        long widest = tables.GroupBy(table => (table.EventType, table.WindowStartMs)).Max(window => window.Sum(table => table.Bytes));
        foreach (IGrouping<string, TableInfo> type in tables.GroupBy(table => table.EventType))
        {
            console.WriteLine(type.Key);
            foreach (IGrouping<long, TableInfo> window in type.GroupBy(table => table.WindowStartMs))
            {
                TableInfo[] runs = [.. window.OrderByDescending(table => table.Bytes)];
                string bars = string.Join(' ', runs.Select(run => Bar(run, widest)));
                console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                    $"  {Time(window.Key)}  {bars}  {runs.Length:N0} runs, " +
                    $"{runs.Sum(run => run.Rows):N0} rows, {runs.Sum(run => run.Bytes):N0} bytes"));
            }
        }

        console.WriteLine("# events, % events of a segment, ~ patches");
    }

    private static string Bar(TableInfo run, long widest) =>
        new(run.IsPatch ? '~' : run.IsImported ? '%' : '#', (int)Math.Max(1, run.Bytes * BarWidth / widest));

    private static string Time(long ms) => ms < DateTimeOffset.MinValue.ToUnixTimeMilliseconds()
        ? "before all times "
        : DateTimeOffset.FromUnixTimeMilliseconds(ms).ToString("yyyy-MM-dd HH:mm'Z'", CultureInfo.InvariantCulture);
}
