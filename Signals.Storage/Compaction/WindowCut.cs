using Signals.Storage.Primitives;

namespace Signals.Storage.Compaction;

/// <summary>
/// Decides where time divides the rows of a flush or a merge, so that each table gets about as much as it should. A window that
/// holds a lot has a table of its own; neighbours that hold little share one. Pure; any thread.
/// </summary>
/// <remarks>
/// A range of windows that holds more than the goal is halved, at boundaries that other tables use as well, until a part holds no
/// more than the goal or is one window. Then neighbours are joined while both together do not exceed the goal. So two neighbours
/// hold at least half a goal each on average, whatever the number of windows, and a few stray times cost only one table.
/// </remarks>
internal static class WindowCut
{
    /// <summary>How many tables of an event type one flush or merge writes at most, and so has open at a time.</summary>
    public const int MostTables = 48;

    /// <summary>
    /// Returns the starts of all parts but the first, ascending, in ms since the epoch. The first part has no start and the last
    /// one no end.
    /// </summary>
    /// <param name="histogram">How much data each window holds.</param>
    /// <param name="window">Length of a window.</param>
    /// <param name="goal">How much a part may hold unless it is one window, in the unit of the histogram.</param>
    /// <param name="most">The largest number of parts; the goal grows until there are no more.</param>
    public static long[] FindCuts(WindowHistogram histogram, TimeSpan window, double goal, int most = MostTables)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(most, 1);
        histogram.CopyTo(out long[] starts, out double[] weights);
        double[] upTo = new double[starts.Length + 1];
        for (int i = 0; i < starts.Length; i++)
        {
            upTo[i + 1] = upTo[i] + weights[i];
        }

        List<int> parts = [];
        do
        {
            parts.Clear();
            Halve(starts, upTo, window, goal, 0, starts.Length, parts);
            Join(upTo, goal, parts);
            goal = Math.Max(2 * goal, 2 * histogram.Total / most);
        }
        while (parts.Count > most);

        return [.. parts.Skip(1).Select(part => starts[part])];
    }

    private static void Halve(long[] starts, double[] upTo, TimeSpan window, double goal, int first, int end, List<int> parts)
    {
        if (end - first <= 1 || upTo[end] - upTo[first] <= goal)
        {
            if (end > first)
            {
                parts.Add(first);
            }

            return;
        }

        ulong last = TimeWindow.IndexOf(starts[end - 1], window);
        int level = TimeWindow.LevelOf(TimeWindow.IndexOf(starts[first], window), last) - 1;
        ulong upper = TimeWindow.RangeOf(last, level);
        int low = first;
        int high = end - 1;
        while (low < high)
        {
            int middle = low + ((high - low) / 2);
            (low, high) = TimeWindow.RangeOf(TimeWindow.IndexOf(starts[middle], window), level) < upper
                ? (middle + 1, high)
                : (low, middle);
        }

        Halve(starts, upTo, window, goal, first, low, parts);
        Halve(starts, upTo, window, goal, low, end, parts);
    }

    private static void Join(double[] upTo, double goal, List<int> parts)
    {
        int kept = 0;
        for (int i = 1; i < parts.Count; i++)
        {
            int end = i + 1 < parts.Count ? parts[i + 1] : upTo.Length - 1;
            if (upTo[end] - upTo[parts[kept]] > goal)
            {
                parts[++kept] = parts[i];
            }
        }

        if (parts.Count > 0)
        {
            parts.RemoveRange(kept + 1, parts.Count - kept - 1);
        }
    }
}
