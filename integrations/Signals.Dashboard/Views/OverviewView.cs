using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Signals.Dashboard.Http;
using Signals.Dashboard.Sampling;

namespace Signals.Dashboard.Views;

/// <summary>How a store fares: now, and over the time that samples cover.</summary>
internal static class OverviewView
{
    public static Task SendAsync(HttpContext context, ShownStore shown, StoreBoard board)
    {
        long after = Parameters.OptionalNumber(context.Request, "after", 0, long.MaxValue) ?? 0;
        return JsonAnswer.SendAsync(context, json =>
        {
            (string state, string reason) = shown.Health();
            json.WriteStartObject();
            json.WriteNumber("now_ms", board.Time.GetUtcNow().ToUnixTimeMilliseconds());
            json.WriteString("state", state);
            json.WriteString("reason", reason);
            json.WriteString("folder", shown.Store.Folder);
            WriteSamples(json, shown, after);
            WriteErrors(json, shown);
            WriteWork(json, shown, board);
            if (!shown.IsClosed)
            {
                WriteStats(json, shown);
                WriteTypes(json, shown.Store);
                WriteSources(json, shown.Store);
            }

            json.WriteEndObject();
        });
    }

    private static void WriteSamples(Utf8JsonWriter json, ShownStore shown, long after)
    {
        json.WriteStartArray("series");
        foreach (string name in SampleSeries.Names)
        {
            json.WriteStringValue(name);
        }

        json.WriteEndArray();
        json.WriteStartArray("samples");
        foreach (double[] sample in shown.Samples.After(after))
        {
            json.WriteStartArray();
            foreach (double value in sample)
            {
                JsonAnswer.Real(json, value);
            }

            json.WriteEndArray();
        }

        json.WriteEndArray();
    }

    private static void WriteErrors(Utf8JsonWriter json, ShownStore shown) =>
        JsonAnswer.Objects(json, "errors", shown.Errors.Newest, error =>
        {
            json.WriteString("source", error.Source);
            json.WriteString("message", error.Message);
            JsonAnswer.Time(json, "first_ms", error.FirstAt);
            JsonAnswer.Time(json, "last_ms", error.LastAt);
            json.WriteNumber("count", error.Count);
        });

    private static void WriteWork(Utf8JsonWriter json, ShownStore shown, StoreBoard board)
    {
        string name = shown.Settings.TelemetryName;
        JsonAnswer.Objects(json, "running", board.Work.RunningOf(name), work =>
        {
            json.WriteString("kind", work.Kind);
            JsonAnswer.Time(json, "started_ms", work.StartedAt);
        });
        JsonAnswer.Objects(json, "finished", board.Work.FinishedOf(name), work =>
        {
            json.WriteString("kind", work.Kind);
            JsonAnswer.Time(json, "started_ms", work.StartedAt);
            json.WriteNumber("duration_ms", Math.Round(work.Duration.TotalMilliseconds, 1));
            json.WriteString("type", work.EventType);
            JsonAnswer.Number(json, "rows", work.Rows);
            JsonAnswer.Number(json, "tables", work.Tables);
            JsonAnswer.Number(json, "bytes", work.Bytes);
        });
    }

    private static void WriteStats(Utf8JsonWriter json, ShownStore shown)
    {
        StoreStats stats = shown.Store.GetStats();
        json.WriteStartObject("stats");
        json.WriteNumber("events_applied", stats.EventsApplied);
        json.WriteNumber("events_rejected", stats.EventsRejected);
        json.WriteNumber("events_out_of_reach", stats.EventsOutOfReach);
        json.WriteNumber("events_hidden_by_erasure", stats.EventsHiddenByErasure);
        json.WriteNumber("back_pressure", stats.BackPressure);
        json.WriteNumber("write_stalls", stats.WriteStalls);
        json.WriteNumber("table_stalls", stats.TableStalls);
        json.WriteNumber("write_stall_ms", stats.WriteStallTime.TotalMilliseconds);
        json.WriteNumber("ring_used_bytes", stats.RingUsedBytes);
        json.WriteNumber("ring_bytes", stats.RingBytes);
        json.WriteNumber("log_bytes_written", stats.LogBytesWritten);
        json.WriteNumber("log_syncs", stats.LogSyncs);
        json.WriteNumber("flushes", stats.Flushes);
        json.WriteNumber("compactions", stats.Compactions);
        json.WriteNumber("compaction_paced_ms", stats.CompactionPacedTime.TotalMilliseconds);
        json.WriteNumber("duplicates_merged", stats.DuplicatesMerged);
        json.WriteNumber("rows_dropped", stats.RowsDropped);
        json.WriteNumber("tables_expired", stats.TablesExpired);
        json.WriteNumber("tables", stats.Tables);
        json.WriteNumber("tables_set_aside", stats.TablesSetAside);
        json.WriteNumber("table_bytes", stats.TableBytes);
        json.WriteNumber("table_rows", stats.TableRows);
        json.WriteNumber("memtable_rows", stats.MemTableRows);
        json.WriteNumber("erased_users", stats.ErasedUsers);
        json.WriteNumber("patch_rows", stats.PatchRows);
        json.WriteNumber("orphans_held", stats.OrphansHeld);
        json.WriteNumber("orphans_dropped", stats.OrphansDropped);
        json.WriteNumber("kept_versions", stats.KeptVersions);
        json.WriteNumber("kept_bytes", stats.KeptBytes);
        json.WriteNumber("work_failures", stats.WorkFailures);
        json.WriteEndObject();
        json.WriteStartObject("memory");
        json.WriteNumber("memtables", stats.MemTableBytes);
        json.WriteNumber("block_cache", stats.BlockCacheBytes);
        json.WriteNumber("heads", stats.HeadBytes);
        json.WriteNumber("directories", stats.DirectoryBytes);
        json.WriteNumber("ring", stats.RingBytes);
        JsonAnswer.Number(json, "budget", shown.Settings.MemoryBudgetBytes);
        json.WriteEndObject();
    }

    private static void WriteTypes(Utf8JsonWriter json, SignalStore store) =>
        JsonAnswer.Objects(json, "types", store.Schema.EventTypes.Where(type => !type.IsDropped), type =>
        {
            json.WriteString("name", type.Name);
            json.WriteNumber("keep_last", type.KeepLast);
            json.WriteNumber("window_ms", type.Window.TotalMilliseconds);
            JsonAnswer.Number(json, "max_age_ms", (long?)type.MaxAge?.TotalMilliseconds);
            JsonAnswer.Time(json, "watermark_ms", store.GetWatermark(type.Name));
        });

    private static void WriteSources(Utf8JsonWriter json, SignalStore store) =>
        JsonAnswer.Objects(json, "sources", store.GetResumePositions(), source =>
        {
            json.WriteString("name", source.Source);
            JsonAnswer.Long(json, "position", (ulong)source.Position);
            json.WriteNumber("generation", source.Generation);
            json.WriteBoolean("is_known_beginning", !source.Incarnation.IsNone);
        });
}
