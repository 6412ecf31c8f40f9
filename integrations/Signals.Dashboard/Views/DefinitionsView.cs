using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Signals.Dashboard.Http;
using Signals.Dashboard.Sampling;
using Signals.Definitions;
using Signals.Enrichment;
using Signals.Serving;

namespace Signals.Dashboard.Views;

/// <summary>What a store serves: definitions with their versions and shadows, tenants, placements of enrichments.</summary>
internal static class DefinitionsView
{
    public static Task SendAllAsync(HttpContext context, ShownStore shown) => JsonAnswer.SendAsync(context, json =>
    {
        SignalStore store = shown.Store;
        json.WriteStartObject();
        JsonAnswer.Objects(json, "definitions", store.Definitions.All, definition =>
        {
            json.WriteString("name", definition.Name);
            json.WriteNumber("version", definition.Version);
            json.WriteString("owner", definition.Owner);
            json.WriteString("stage", definition.Stage.ToString());
            json.WriteString("description", definition.Description);
            json.WriteNumber("size", definition.Size.Value);
            json.WriteNumber("versions", store.Definitions.GetVersions(definition.Name).Count);
        });
        JsonAnswer.Objects(json, "tenants", store.Tenants.Tenants.OrderBy(tenant => tenant.Name, StringComparer.Ordinal), tenant =>
            WriteTenant(json, tenant));
        JsonAnswer.Objects(json, "placements", store.Placements.GetReport(), placement => WritePlacement(json, placement));
        json.WriteEndObject();
    });

    public static Task SendOneAsync(HttpContext context, ShownStore shown)
    {
        string name = Parameters.Route(context, "name");
        StoreDefinitions definitions = shown.Store.Definitions;
        IReadOnlyList<DefinitionVersion> versions = definitions.GetVersions(name);
        if (versions.Count == 0)
        {
            throw new RefusedException(StatusCodes.Status404NotFound, "The store has no definition of this name.");
        }

        return JsonAnswer.SendAsync(context, json =>
        {
            json.WriteStartObject();
            json.WriteString("name", name);
            JsonAnswer.Objects(json, "versions", versions, version =>
            {
                json.WriteNumber("version", version.Definition.Version);
                json.WriteBoolean("is_active", version.IsActive);
                JsonAnswer.Time(json, "registered_ms", version.RegisteredAt);
                json.WriteString("hash", version.ContentHash?.ToString("x32", CultureInfo.InvariantCulture));
                json.WriteString("json", version.Definition.IsPortable ? version.Definition.ToJson(indented: true) : null);
            });
            WriteShadow(json, definitions.GetShadowReport(name));
            json.WriteEndObject();
        });
    }

    private static void WriteShadow(Utf8JsonWriter json, ShadowReport? report)
    {
        if (report is null)
        {
            json.WriteNull("shadow");
            return;
        }

        json.WriteStartObject("shadow");
        json.WriteNumber("sampled", report.Sampled);
        json.WriteNumber("compared", report.Compared);
        json.WriteNumber("equal", report.Equal);
        json.WriteNumber("length_differs", report.LengthDiffers);
        json.WriteNumber("order_differs", report.OrderDiffers);
        json.WriteNumber("failed", report.Failed);
        json.WriteNumber("dropped", report.Dropped);
        json.WriteString("last_failure", report.LastFailure);
        JsonAnswer.Objects(json, "fields", report.Fields, field =>
        {
            json.WriteString("name", field.Name);
            json.WriteNumber("rows", field.Rows);
            json.WriteNumber("different", field.Different);
        });
        json.WriteEndObject();
    }

    private static void WriteTenant(Utf8JsonWriter json, Tenant tenant)
    {
        TenantStats stats = tenant.Stats();
        TenantOptions options = tenant.Options;
        json.WriteString("name", tenant.Name);
        json.WriteNumber("admitted", stats.Admitted);
        json.WriteNumber("failed", stats.Failed);
        json.WriteNumber(
            "refused",
            stats.RefusedByReads + stats.RefusedByRows + stats.RefusedByMicroseconds + stats.RefusedByConcurrency
                + stats.RefusedByCircuit);
        json.WriteNumber("rows", stats.Rows);
        json.WriteNumber("microseconds", stats.Microseconds);
        json.WriteNumber("running", stats.Running);
        json.WriteBoolean("is_circuit_open", stats.IsCircuitOpen);
        json.WriteString("last_failure", stats.LastFailure);
        Quota(json, "reads_per_second", options.ReadsPerSecond);
        Quota(json, "rows_per_second", options.RowsPerSecond);
        Quota(json, "microseconds_per_second", options.MicrosecondsPerSecond);
        JsonAnswer.Number(json, "max_concurrency", options.MaxConcurrency);
    }

    private static void Quota(Utf8JsonWriter json, string name, double? quota)
    {
        json.WritePropertyName(name);
        JsonAnswer.Real(json, quota ?? double.NaN);
    }

    private static void WritePlacement(Utf8JsonWriter json, EnricherPlacement placement)
    {
        json.WriteString("enricher", placement.Enricher);
        json.WriteString("placement", placement.Placement.ToString());
        json.WriteString("rule", placement.Rule.ToString());
        json.WriteString("reason", placement.Reason);
        JsonAnswer.Time(json, "since_ms", placement.Since);
        json.WriteNumber("definitions", placement.Definitions);
        json.WritePropertyName("stored_share");
        JsonAnswer.Real(json, placement.StoredShare);
        json.WritePropertyName("microseconds_per_row");
        JsonAnswer.Real(json, placement.MicrosecondsPerRow ?? double.NaN);
        json.WritePropertyName("bytes_per_event");
        JsonAnswer.Real(json, placement.BytesPerEvent ?? double.NaN);
    }
}
