using System.Diagnostics.Metrics;
using Signals.Serving;

namespace Signals.Storage.Telemetry;

/// <summary>
/// The instruments that show what each tenant does. The tenant tag has a bounded number of values: the tenants that were
/// registered first have their own values, and all others share one.
/// </summary>
/// <remarks>
/// Thread contract: callbacks run on the thread that collects; reads pay nothing for them. Lifetime: they end with the meter.
/// </remarks>
internal static class TenantInstruments
{
    /// <summary>How many tenants have a tag value of their own.</summary>
    public const int OwnTags = 64;

    /// <summary>The tag value that all other tenants share.</summary>
    public const string Others = "(others)";

    private static readonly (string Reason, Func<TenantStats, long> Count)[] Refusals =
    [
        ("reads", stats => stats.RefusedByReads),
        ("rows", stats => stats.RefusedByRows),
        ("time", stats => stats.RefusedByMicroseconds),
        ("concurrency", stats => stats.RefusedByConcurrency),
        ("circuit", stats => stats.RefusedByCircuit),
    ];

    public static void Register(Meter meter, TenantRegistry tenants)
    {
        meter.CreateObservableCounter(
            TelemetryNames.TenantReads, () => Sums(tenants, stats => stats.Admitted), "{read}", "Reads that were let in.");
        meter.CreateObservableCounter(
            TelemetryNames.TenantFailures, () => Sums(tenants, stats => stats.Failed), "{read}", "Reads of these that failed.");
        meter.CreateObservableCounter(TelemetryNames.TenantRefused, () => RefusalsOf(tenants), "{read}", "Reads refused, by reason.");
        meter.CreateObservableCounter(
            TelemetryNames.TenantRows, () => Sums(tenants, stats => stats.Rows), "{row}", "Rows that were served.");
        meter.CreateObservableCounter(
            TelemetryNames.TenantTime, () => Seconds(tenants), "s", "Time that reads took, failures included.");
        meter.CreateObservableUpDownCounter(
            TelemetryNames.TenantRunning, () => Sums(tenants, stats => stats.Running), "{read}", "Reads that run now.");
        meter.CreateObservableUpDownCounter(
            TelemetryNames.TenantCircuit,
            () => Sums(tenants, stats => stats.IsCircuitOpen ? 1 : 0),
            "{circuit}", "Circuits that are open now.");
    }

    private static List<Measurement<long>> Sums(TenantRegistry tenants, Func<TenantStats, long> count)
    {
        List<Measurement<long>> all = [];
        Add(all, tenants, count);
        return all;
    }

    private static List<Measurement<long>> RefusalsOf(TenantRegistry tenants)
    {
        List<Measurement<long>> all = [];
        foreach ((string reason, Func<TenantStats, long> count) in Refusals)
        {
            Add(all, tenants, count, new KeyValuePair<string, object?>(TelemetryNames.ReasonTag, reason));
        }

        return all;
    }

    private static List<Measurement<double>> Seconds(TenantRegistry tenants) =>
        Sums(tenants, stats => stats.Microseconds).ConvertAll(sum => new Measurement<double>(sum.Value / 1e6, sum.Tags));

    private static void Add(
        List<Measurement<long>> all, TenantRegistry tenants, Func<TenantStats, long> count, params KeyValuePair<string, object?>[] tags)
    {
        IReadOnlyList<Tenant> inOrder = tenants.InOrder;
        foreach (Tenant tenant in inOrder.Take(OwnTags))
        {
            all.Add(new Measurement<long>(count(tenant.Stats()), [Tag(tenant.Name), .. tags]));
        }

        if (inOrder.Count > OwnTags)
        {
            all.Add(new Measurement<long>(inOrder.Skip(OwnTags).Sum(tenant => count(tenant.Stats())), [Tag(Others), .. tags]));
        }
    }

    private static KeyValuePair<string, object?> Tag(string tenant) => new(TelemetryNames.TenantTag, tenant);
}
