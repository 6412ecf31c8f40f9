using System.Diagnostics.Metrics;

namespace Signals.Training;

/// <summary>
/// Shows a profile in the metrics, on the meter <c>Signals.Training</c>: <c>signals.feature.sequences</c>,
/// <c>signals.feature.missing</c> (share of rows without a value), <c>signals.feature.distinct</c> and, with a baseline,
/// <c>signals.feature.psi</c>, tagged with <c>definition</c> and <c>column</c>.
/// </summary>
/// <remarks>
/// Thread contract: any thread. The profile is looked at when the metrics are collected, at most once a second. Lifetime: dispose it to
/// end the metrics.
/// </remarks>
public sealed class FeatureMetrics : IDisposable
{
    /// <summary>The name of the meter.</summary>
    public const string MeterName = "Signals.Training";

    private readonly Meter _meter = new(MeterName);
    private readonly FeatureProfiler _profiler;
    private readonly FeatureProfile? _baseline;
    private readonly TimeProvider _time;
    private readonly Lock _lock = new();
    private FeatureProfile? _profile; // guarded by _lock
    private long? _takenAt; // guarded by _lock

    /// <summary>Begins to show a profile.</summary>
    /// <param name="profiler">What is shown.</param>
    /// <param name="baseline">What today is compared with; null for no comparison.</param>
    /// <param name="time">The clock; null for the system's.</param>
    public FeatureMetrics(FeatureProfiler profiler, FeatureProfile? baseline = null, TimeProvider? time = null)
    {
        ArgumentNullException.ThrowIfNull(profiler);
        _profiler = profiler;
        _baseline = baseline;
        _time = time ?? TimeProvider.System;
        _meter.CreateObservableGauge("signals.feature.sequences", Sequences, "{sequence}", "Sequences that the profile looked at.");
        _meter.CreateObservableGauge(
            "signals.feature.missing", () => EachColumn(column => column.ShareMissing), "1", "Share of rows without a value.");
        _meter.CreateObservableGauge(
            "signals.feature.distinct", () => EachColumn(column => column.Distinct), "{value}", "Different values, estimated.");
        if (baseline is not null)
        {
            _meter.CreateObservableGauge("signals.feature.psi", Drifts, "1", "Population stability index against the baseline.");
        }
    }

    /// <summary>Ends the metrics.</summary>
    public void Dispose() => _meter.Dispose();

    private IEnumerable<Measurement<long>> Sequences() =>
        Profile() is { } profile ? [new(profile.Sequences, new KeyValuePair<string, object?>("definition", profile.Definition))] : [];

    private IEnumerable<Measurement<double>> EachColumn(Func<ColumnProfile, double> value) =>
        Profile() is { } profile ? profile.Columns.Select(column => Of(profile, column.Name, value(column))) : [];

    private IEnumerable<Measurement<double>> Drifts() =>
        Profile() is { } profile
            ? FeatureDrift.Compare(_baseline!, profile).Where(drift => drift.Psi is not null)
                .Select(drift => Of(profile, drift.Column, drift.Psi!.Value))
            : [];

    private static Measurement<double> Of(FeatureProfile profile, string column, double value) =>
        new(value, new("definition", profile.Definition), new KeyValuePair<string, object?>("column", column));

    private FeatureProfile? Profile()
    {
        lock (_lock)
        {
            if (_takenAt is not { } taken || _time.GetElapsedTime(taken) >= TimeSpan.FromSeconds(1))
            {
                _profile = _profiler.Snapshot();
                _takenAt = _time.GetTimestamp();
            }

            return _profile;
        }
    }
}
