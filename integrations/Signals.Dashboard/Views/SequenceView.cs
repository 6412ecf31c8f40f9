using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Signals.Dashboard.Http;
using Signals.Dashboard.Rows;
using Signals.Dashboard.Sampling;
using Signals.Serving;

namespace Signals.Dashboard.Views;

/// <summary>A user's sequence by a definition, the trace of the read, and why each other event of the user is left out.</summary>
/// <remarks>The read counts towards the quota of the definition's owner, as any other does.</remarks>
internal static class SequenceView
{
    public static Task SendAsync(HttpContext context, ShownStore shown)
    {
        UserId user = Parameters.User(context.Request);
        string definition = Parameters.Text(context.Request, "definition");
        int last = (int)(Parameters.OptionalNumber(context.Request, "last", 1, UserView.MostRows) ?? 200);
        ReadTrace trace = new();
        using ServedSequence sequence = shown.Store.Read(user, definition, new ReadOptions { Trace = trace });
        UserHistory history = UserHistory.Read(
            shown.Store, [.. shown.Store.Schema.EventTypes.Where(type => !type.IsDropped)], last, query => shown.Store.Read(user, query));
        return SendAsync(context, shown.Store, sequence, trace, history);
    }

    private static Task SendAsync(HttpContext context, SignalStore store, ServedSequence sequence, ReadTrace trace, UserHistory history) =>
        JsonAnswer.SendAsync(context, json =>
        {
            json.WriteStartObject();
            json.WriteString("user", sequence.User.ToString());
            json.WriteString("definition", sequence.Definition.Name);
            json.WriteNumber("version", sequence.Definition.Version);
            json.WriteNumber("now_ms", sequence.NowMs);
            json.WriteString("status", sequence.Status.ToString());
            json.WriteString("error", sequence.Error?.Message);
            WriteTrace(json, trace);
            WriteWatermarks(json, sequence);
            JsonAnswer.Objects(json, "columns", sequence.ColumnNames, column =>
            {
                json.WriteString("name", column);
                json.WriteString("kind", sequence.TypeOf(column).ToString());
            });
            WriteRows(json, store, sequence);
            WriteHistory(json, sequence, history);
            JsonAnswer.Objects(json, "tensors", sequence.Tensors, tensor =>
            {
                json.WriteString("name", tensor.Name);
                json.WriteString("type", tensor.Type.ToString());
                json.WriteNumber("width", tensor.Width);
                json.WriteNumber("rows", tensor.Rows);
                json.WriteString("padding", tensor.Padding.ToString());
                json.WriteBoolean("is_mask", tensor.IsMask);
            });
            json.WriteEndObject();
        });

    private static void WriteTrace(Utf8JsonWriter json, ReadTrace trace)
    {
        JsonAnswer.Objects(json, "trace", trace.Stages, stage =>
        {
            json.WriteString("name", stage.Name);
            json.WriteNumber("rows_in", stage.RowsIn);
            json.WriteNumber("rows_out", stage.RowsOut);
            json.WriteNumber("bytes", stage.Bytes);
            json.WriteNumber("microseconds", Math.Round(stage.Microseconds, 2));
            json.WriteString("note", stage.Note);
        });
        json.WriteNumber("total_microseconds", Math.Round(trace.TotalMicroseconds, 2));
    }

    private static void WriteWatermarks(Utf8JsonWriter json, ServedSequence sequence)
    {
        json.WriteStartArray("watermarks");
        foreach (EventTypeSchema type in sequence.TypesRead)
        {
            long watermark = sequence.Watermark(type.Name);
            json.WriteStartObject();
            json.WriteString("type", type.Name);
            JsonAnswer.Number(json, "ms", watermark == long.MinValue ? null : watermark);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WriteRows(Utf8JsonWriter json, SignalStore store, ServedSequence sequence)
    {
        using CellText cells = new();
        ServedRows values = new(sequence);
        (string Name, ColumnType Type)[] columns = [.. sequence.ColumnNames.Select(name => (name, sequence.TypeOf(name)))];
        int most = Math.Min(sequence.Count, UserView.MostRows);
        long chars = 0;
        int shown = 0;
        json.WriteNumber("count", sequence.Count);
        json.WriteStartArray("rows");
        for (int row = 0; row < most && chars < UserHistory.MostCellChars; row++, shown++)
        {
            json.WriteStartObject();
            json.WriteString("type", store.Schema.EventTypes[sequence.EventTypes[row]].Name);
            json.WriteNumber("time_ms", sequence.Times[row]);
            JsonAnswer.Long(json, "id", sequence.Ids[row]);
            Dictionary<string, string> texts = [];
            foreach ((string name, ColumnType type) in columns)
            {
                if (cells.Of(values, name, type, row) is string text)
                {
                    texts[name] = text;
                    chars += text.Length;
                }
            }

            RowJson.WriteCells(json, texts);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteBoolean("has_more", shown < sequence.Count);
    }

    // "rows" may be cut, so what is served of the history is told by itself.
    private static void WriteHistory(Utf8JsonWriter json, ServedSequence sequence, UserHistory history)
    {
        List<RowKey> served = new(sequence.Count);
        for (int row = 0; row < sequence.Count; row++)
        {
            served.Add(new RowKey(sequence.EventTypes[row], sequence.Times[row], sequence.Ids[row]));
        }

        LeftOutReasons reasons = new(
            DefinitionFacts.Of(sequence.Definition), served, history, sequence.NowMs,
            (sequence.Status & (ServingStatus.Truncated | ServingStatus.StageFailed)) == 0);
        (UserRow Row, string? Reason)[] judged = [.. history.Rows.Select(row => (row, reasons.Of(row)))];
        JsonAnswer.Objects(json, "served", judged.Where(row => row.Reason is null), row => RowJson.WriteKey(json, row.Row));
        JsonAnswer.Objects(json, "left_out", judged.Where(row => row.Reason is not null), row =>
        {
            RowJson.WriteKey(json, row.Row);
            json.WriteString("reason", row.Reason);
        });
    }
}
