using System.Globalization;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Signals.Hosting;

/// <summary>
/// Reports whether a store works well. Unhealthy: the store has failed, or its disk is nearly full. Degraded: ingest waited for
/// the flush since the last check, a flush or compaction fails and is tried again, tables are set aside, or the newest events are
/// old.
/// </summary>
/// <remarks>Thread contract: any thread. Checks that run at the same time share the stall time of the last check.</remarks>
internal sealed class SignalsHealthCheck(
    SignalStore store, SignalsOptions options, Func<string, long> freeBytes, TimeProvider time) : IHealthCheck
{
    private readonly Lock _lock = new();
    private TimeSpan _stallTime; // The stall time that the last check saw. Guarded by _lock.

    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        StoreStats stats = store.GetStats();
        long free = freeBytes(store.Folder);
        Dictionary<string, object> data = new()
        {
            ["free_disk_bytes"] = free,
            ["ring_used_bytes"] = stats.RingUsedBytes,
            ["write_stalls"] = stats.WriteStalls,
        };
        if (store.FirstError is Exception error)
        {
            return Task.FromResult(HealthCheckResult.Unhealthy("The store has failed and refuses writes; reopen it.", error, data));
        }

        if (free < options.MinFreeDiskBytes)
        {
            return Task.FromResult(HealthCheckResult.Unhealthy(
                Invariant($"{free} bytes are free on the store's disk, fewer than {options.MinFreeDiskBytes}."), data: data));
        }

        string[] complaints = [.. Failures(stats), .. Stalls(stats), .. Lags(data)];
        return Task.FromResult(complaints.Length == 0
            ? HealthCheckResult.Healthy(data: data)
            : HealthCheckResult.Degraded(string.Join(' ', complaints), data: data));
    }

    private IEnumerable<string> Failures(StoreStats stats)
    {
        if (store.WorkError is Exception failed)
        {
            yield return $"Work on the tables fails and is tried again: {failed.Message}";
        }

        if (stats.TablesSetAside > 0)
        {
            yield return Invariant(
                $"{stats.TablesSetAside} tables are left out of merges, because they are damaged or hold too much of one user.");
        }
    }

    private IEnumerable<string> Stalls(StoreStats stats)
    {
        TimeSpan since;
        lock (_lock)
        {
            since = stats.WriteStallTime - _stallTime;
            _stallTime = stats.WriteStallTime;
        }

        if (since > options.MaxStallTime)
        {
            yield return Invariant($"Ingest waited {since.TotalSeconds:F1} s for the flush since the last check.");
        }
    }

    private IEnumerable<string> Lags(Dictionary<string, object> data)
    {
        DateTimeOffset now = time.GetUtcNow();
        foreach (EventTypeSchema type in store.Schema.EventTypes.Where(type => !type.IsDropped))
        {
            if (store.GetWatermark(type.Name) is not DateTimeOffset watermark)
            {
                continue;
            }

            TimeSpan lag = now - watermark;
            data[$"watermark_lag_seconds.{type.Name}"] = lag.TotalSeconds;
            if (lag > options.MaxWatermarkLag)
            {
                yield return Invariant($"The newest event of '{type.Name}' is {lag.TotalSeconds:F0} s old.");
            }
        }
    }

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
