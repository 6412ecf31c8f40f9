using Signals.Training.Quality;

namespace Signals.Training;

/// <summary>How far one column of today is from a baseline. Immutable.</summary>
/// <param name="Column">The name of the column.</param>
/// <param name="Psi">
/// The population stability index: the sum over bins of (today - baseline) x ln(today / baseline), where each is the bin's share of rows.
/// Numbers have ten bins between the baseline's deciles, text, bytes and booleans sixteen by hash, and both one more for rows without a
/// value. Below 0.1 is commonly taken as stable and above 0.25 as a shift. Null when either side has no rows, or the column is new.
/// </param>
/// <param name="BaselineMissing">The baseline's share of rows without a value, 0 to 1; null when it has no such column.</param>
/// <param name="TodayMissing">Today's share of rows without a value, 0 to 1; null when today has no such column.</param>
public sealed record FeatureDrift(string Column, double? Psi, double? BaselineMissing, double? TodayMissing)
{
    /// <summary>Compares two profiles, column by column: those of the baseline first, then those that are new.</summary>
    public static IReadOnlyList<FeatureDrift> Compare(FeatureProfile baseline, FeatureProfile today)
    {
        ArgumentNullException.ThrowIfNull(baseline);
        ArgumentNullException.ThrowIfNull(today);
        List<FeatureDrift> drifts = [];
        foreach (ColumnProfile before in baseline.Columns)
        {
            ColumnProfile? now = today.Columns.FirstOrDefault(column => column.Name == before.Name);
            drifts.Add(new FeatureDrift(
                before.Name, now is null ? null : StabilityIndex.Of(before, now), before.ShareMissing, now?.ShareMissing));
        }

        foreach (ColumnProfile added in today.Columns.Where(one => baseline.Columns.All(before => before.Name != one.Name)))
        {
            drifts.Add(new FeatureDrift(added.Name, null, null, added.ShareMissing));
        }

        return drifts;
    }
}
