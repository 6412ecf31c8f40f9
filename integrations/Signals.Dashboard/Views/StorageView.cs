using Microsoft.AspNetCore.Http;
using Signals.Dashboard.Http;
using Signals.Dashboard.Sampling;
using Signals.Maintenance;

namespace Signals.Dashboard.Views;

/// <summary>The tables of a store by event type and time window, as <c>inspect</c> of the tool shows them.</summary>
internal static class StorageView
{
    public static Task SendAsync(HttpContext context, ShownStore shown)
    {
        IReadOnlyList<TableInfo> tables = shown.Store.GetTables();
        StoreStats stats = shown.Store.GetStats();
        return JsonAnswer.SendAsync(context, json =>
        {
            json.WriteStartObject();
            json.WriteNumber("memtable_rows", stats.MemTableRows);
            json.WriteNumber("memtable_bytes", stats.MemTableBytes);
            JsonAnswer.Objects(json, "types", shown.Store.Schema.EventTypes.Where(type => !type.IsDropped), type =>
            {
                json.WriteString("name", type.Name);
                json.WriteNumber("window_ms", type.Window.TotalMilliseconds);
                JsonAnswer.Objects(json, "tables", tables.Where(table => table.EventType == type.Name && !table.IsOfDroppedType), table =>
                {
                    JsonAnswer.Long(json, "number", table.Number);
                    json.WriteNumber("window_start_ms", table.WindowStartMs);
                    json.WriteNumber("oldest_ms", table.OldestMs);
                    json.WriteNumber("newest_ms", table.NewestMs);
                    json.WriteNumber("rows", table.Rows);
                    json.WriteNumber("users", table.Users);
                    json.WriteNumber("bytes", table.Bytes);
                    json.WriteBoolean("patch", table.IsPatch);
                    json.WriteBoolean("imported", table.IsImported);
                });
            });
            json.WriteEndObject();
        });
    }
}
