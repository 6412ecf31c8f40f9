using Microsoft.AspNetCore.Http;
using Signals.Dashboard.Http;
using Signals.Dashboard.Sampling;

namespace Signals.Dashboard.Views;

/// <summary>The stores of the page, how each is, and what the page may do.</summary>
internal static class StoresView
{
    public static Task SendAsync(HttpContext context, StoreBoard board, DashboardOptions options) => JsonAnswer.SendAsync(context, json =>
    {
        json.WriteStartObject();
        json.WriteBoolean("allow_changes", options.AllowChanges);
        json.WriteBoolean("allow_checkpoints", options.AllowChanges && options.CheckpointFolder is not null);
        json.WriteNumber("sample_ms", options.SampleInterval.TotalMilliseconds);
        json.WriteNumber("history_ms", options.History.TotalMilliseconds);
        JsonAnswer.Objects(json, "stores", board.Stores, store =>
        {
            (string state, string reason) = store.Health();
            json.WriteString("name", store.Name);
            json.WriteString("state", state);
            json.WriteString("reason", reason);
        });
        json.WriteEndObject();
    });
}
