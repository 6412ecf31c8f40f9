namespace Signals.Training.Quality;

/// <summary>The population stability index of two profiles of a column. Pure.</summary>
internal static class StabilityIndex
{
    private const double LeastShare = 1e-4; // an empty bin would be infinitely far
    private const int Bins = 10;

    /// <summary>Null when a side has no rows, or the column changed between numbers and other values.</summary>
    public static double? Of(ColumnProfile baseline, ColumnProfile today)
    {
        if (baseline.Rows == 0 || today.Rows == 0)
        {
            return null;
        }

        bool isNumber = IsNumber(baseline);
        if (isNumber != IsNumber(today) && baseline.ShareMissing < 1 && today.ShareMissing < 1)
        {
            return null;
        }

        double[] before = isNumber || IsNumber(today) ? ByDecile(baseline, baseline) : ByHash(baseline);
        double[] now = isNumber || IsNumber(today) ? ByDecile(baseline, today) : ByHash(today);
        double index = Term(baseline.ShareMissing, today.ShareMissing);
        for (int bin = 0; bin < before.Length; bin++)
        {
            index += Term(before[bin] * (1 - baseline.ShareMissing), now[bin] * (1 - today.ShareMissing));
        }

        return index;
    }

    private static double Term(double before, double now)
    {
        before = Math.Max(before, LeastShare);
        now = Math.Max(now, LeastShare);
        return (now - before) * Math.Log(now / before);
    }

    private static double[] ByHash(ColumnProfile column)
    {
        double all = Math.Max(1, column.Buckets.Sum());
        return [.. column.Buckets.Select(count => count / all)];
    }

    /// <summary>A column whose numbers were all NaN has no percentiles.</summary>
    private static bool IsNumber(ColumnProfile column) => column.Percentiles.Count > 0 || column.NotANumber > 0;

    /// <summary>
    /// The shares of a column's values between the deciles of the baseline; the last is that of NaN, which lies between none. All numbers
    /// are in the first bin when the baseline has none.
    /// </summary>
    private static double[] ByDecile(ColumnProfile baseline, ColumnProfile column)
    {
        double[] shares = new double[Bins + 1];
        shares[Bins] = column.Sampled == 0 ? 0 : (double)column.NotANumber / column.Sampled;
        double numbers = 1 - shares[Bins];
        if (baseline.Percentiles.Count == 0 || column.Percentiles.Count == 0)
        {
            shares[0] = column.Percentiles.Count == 0 ? 0 : numbers;
            return shares;
        }

        double below = 0;
        for (int bin = 0; bin < Bins; bin++)
        {
            double upTo = bin == Bins - 1 ? 1 : ShareUpTo(column, baseline.Percentiles[(bin + 1) * 10]);
            shares[bin] = (upTo - below) * numbers;
            below = upTo;
        }

        return shares;
    }

    private static double ShareUpTo(ColumnProfile column, double value)
    {
        int count = 0;
        foreach (double percentile in column.Percentiles)
        {
            count += percentile <= value ? 1 : 0;
        }

        return (double)count / column.Percentiles.Count;
    }
}
