using System.CommandLine;
using System.Globalization;
using Signals.Tool.Stores;
using Spectre.Console;

namespace Signals.Tool.Commands;

/// <summary>Shows the schema that is stored with a store.</summary>
internal sealed class SchemaCommand : ToolCommand
{
    private readonly Argument<string> _folder = Syntax.Folder();
    private readonly Option<bool> _json = Syntax.Json();

    public SchemaCommand()
        : base("schema", "Show event types with their columns, how many events are kept, and for how long.")
    {
        Add(_folder);
        Add(_json);
    }

    public override Task<ExitCode> RunAsync(ParseResult line, ToolContext context, CancellationToken cancellationToken)
    {
        StoreSchema schema = SignalStore.ReadSchema(line.GetRequiredValue(_folder));
        if (line.GetValue(_json))
        {
            context.WriteRaw(SchemaJson.Write(schema));
            return Task.FromResult(ExitCode.Ok);
        }

        foreach (EventTypeSchema type in schema.EventTypes)
        {
            string last = type.KeepLast == int.MaxValue ? "all events" : $"the newest {Count.Events(type.KeepLast)} of a user";
            string age = type.MaxAge is { } most ? Duration(most) : "any age";
            string name = type.Name + Dropped(type.IsDropped, type.IsDropFinal);
            context.WriteRaw($"{name}: keeps {last}, {age}; windows of {Duration(type.Window)}");
            Table table = new Table().Border(TableBorder.Simple).AddColumns("column", "type", "role");
            foreach (ColumnSchema column in type.Columns)
            {
                string role = column.Role == ColumnRole.Enrichment ? "enrichment" : "field";
                role += Dropped(column.IsDropped, column.IsDropFinal);
                table.AddRow(new Text(column.Name), new Text(TypeOf(column)), new Text(role));
            }

            context.Console.Write(table);
        }

        return Task.FromResult(ExitCode.Ok);
    }

    private static string Dropped(bool isDropped, bool isFinal) => !isDropped ? "" : isFinal ? ", dropped" : ", dropped, can be taken back";

    private static string TypeOf(ColumnSchema column) => column.FirstType == column.Type
        ? KindWords.Of(column.Type)
        : $"{KindWords.Of(column.Type)}, {KindWords.Of(column.FirstType)} at first";

    private static string Duration(TimeSpan time) => time.Ticks % TimeSpan.TicksPerDay == 0
        ? Count.Of(time.Days, "day")
        : time.ToString("c", CultureInfo.InvariantCulture);
}
