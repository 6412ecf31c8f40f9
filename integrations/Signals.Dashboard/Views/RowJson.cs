using System.Text.Json;
using Signals.Dashboard.Http;
using Signals.Dashboard.Rows;

namespace Signals.Dashboard.Views;

/// <summary>Writes events of a user, and the columns that they have.</summary>
internal static class RowJson
{
    /// <summary>The parts of an event, into an object that was begun.</summary>
    public static void Write(Utf8JsonWriter json, UserRow row)
    {
        WriteKey(json, row);
        WriteCells(json, row.Cells);
    }

    /// <summary>What tells an event from others.</summary>
    public static void WriteKey(Utf8JsonWriter json, UserRow row)
    {
        json.WriteString("type", row.Type.Name);
        json.WriteNumber("time_ms", row.TimeMs);
        JsonAnswer.Long(json, "id", row.Id);
    }

    /// <summary>The columns of some types, each name once, in the order in which they are declared.</summary>
    public static void WriteColumns(Utf8JsonWriter json, IEnumerable<EventTypeSchema> types) =>
        JsonAnswer.Objects(json, "columns", ColumnsOf(types), column =>
        {
            json.WriteString("name", column.Name);
            json.WriteString("kind", column.Type.ToString());
            json.WriteBoolean("is_enrichment", column.Role == ColumnRole.Enrichment);
        });

    private static IEnumerable<ColumnSchema> ColumnsOf(IEnumerable<EventTypeSchema> types) =>
        types.SelectMany(type => type.Columns).Where(column => !column.IsDropped).DistinctBy(column => column.Name);

    public static void WriteCells(Utf8JsonWriter json, IReadOnlyDictionary<string, string> cells)
    {
        json.WriteStartObject("cells");
        foreach ((string column, string cell) in cells)
        {
            json.WritePropertyName(column);
            json.WriteRawValue(cell);
        }

        json.WriteEndObject();
    }
}
