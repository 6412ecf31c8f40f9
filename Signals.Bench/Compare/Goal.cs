using System.Globalization;
using Signals.Bench.Candidates;

namespace Signals.Bench.Compare;

/// <summary>The target for a figure: how far ahead of a peer, how near the ceiling, or a plain bound. Immutable.</summary>
/// <param name="Metric">The key of the figure.</param>
/// <param name="Against">
/// The name of a peer, <see cref="Best"/>, <see cref="Ceiling"/>, <see cref="Bound"/> or <see cref="LowerBound"/>.
/// </param>
/// <param name="Value">
/// The ratio, above 1 where ours is better. For a ceiling: ours divided by the ceiling. For a bound: the figure itself.
/// </param>
internal sealed record Goal(string Metric, string Against, double Value)
{
    /// <summary>The best peer of the run.</summary>
    public const string Best = "best peer";

    /// <summary>The ceiling of the run.</summary>
    public const string Ceiling = "ceiling";

    /// <summary>Only the figure itself counts, and the less the better.</summary>
    public const string Bound = "bound";

    /// <summary>Only the figure itself counts, and the more the better.</summary>
    public const string LowerBound = "lower bound";

    public static readonly Goal[] All =
    [
        new("ingest", "faster", 3),
        new("ingest", "rocksdb", 8),
        new("settled", "faster", 2),
        new("settled_alloc", Bound, 1),
        new("settled_anon", "rocksdb", 1),
        new("ingest_4", "faster", 1.5),
        new("synced", "rocksdb", 2),
        new("synced_p50", Ceiling, 1.3),
        new("mixed_reads", "faster", 1),
        new("mixed_p999", Bound, 50),
        new("read_zipf", "faster", 1.5),
        new("read_one", "faster", 1.5),
        new("read_one", Ceiling, 0.5),
        new("enrich", "faster", 0.6),
        new("enrich", "rocksdb", 1),
        new("requests_events", LowerBound, 1000),
        new("requests_ack_p50", Bound, 150),
        new("requests_ack_p99", Bound, 1000),
        new("requests_synced_ack_p99", Bound, 2000),
        new("recovery", Bound, 0.3),
        new("data_bytes", Best, 2),
        new("write_amplification", Bound, 2.5),
    ];

    /// <summary>The target in words.</summary>
    public string Text(Metric metric) => Against switch
    {
        Bound => $"under {Short(Value)} {metric.Unit}".TrimEnd(),
        LowerBound => $"at least {Short(Value)} {metric.Unit}".TrimEnd(),
        Ceiling when !metric.MoreIsBetter => $"within {Short(Value)}x of the ceiling",
        Ceiling => $"{Short(Value)}x the ceiling",
        _ => $"{Short(Value)}x {Against}",
    };

    /// <summary>The value reached, in the terms of <see cref="Text"/>; null when the run lacks the figures for it.</summary>
    public double? Reached(Report report, Metric metric)
    {
        if (report.Of(Peers.Ours, Metric) is not Spread ours)
        {
            return null;
        }

        double? other = Against switch
        {
            Bound or LowerBound => 1,
            Ceiling => report.CeilingOf(Metric)?.Median,
            Best => report.BestPeer(metric)?.Figure.Median,
            _ => report.Of(Against, Metric)?.Median,
        };
        bool plain = Against is Bound or LowerBound or Ceiling || metric.MoreIsBetter;
        return other is double value ? plain ? ours.Median / value : value / ours.Median : null;
    }

    /// <summary>Whether the value reached meets the goal.</summary>
    public bool IsMet(double reached, Metric metric) =>
        Against is Bound || (Against is Ceiling && !metric.MoreIsBetter) ? reached <= Value : reached >= Value;

    private static string Short(double value) => value.ToString("0.##", CultureInfo.InvariantCulture);
}
