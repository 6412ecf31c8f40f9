namespace Signals.Dashboard.Sampling;

/// <summary>The names of a store's telemetry, as docs/metrics.md promises them. Pure.</summary>
internal static class StoreTelemetryNames
{
    /// <summary>The name of the meter and of the activity source.</summary>
    public const string Source = "Signals.Storage";

    private const string StoreTag = "signals.store";

    /// <summary>The store's name in the tags of a meter or an activity source; null when they hold none.</summary>
    public static string? StoreOf(IEnumerable<KeyValuePair<string, object?>>? tags) =>
        tags?.FirstOrDefault(tag => tag.Key == StoreTag).Value as string;
}
