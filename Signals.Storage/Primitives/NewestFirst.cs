namespace Signals.Storage.Primitives;

/// <summary>Binary search in times that lie newest first. Pure; any thread.</summary>
internal static class NewestFirst
{
    /// <summary>How many of the times are not before a time.</summary>
    public static int CountFrom(ReadOnlySpan<long> times, long time)
    {
        int low = 0;
        int high = times.Length;
        while (low < high)
        {
            int middle = (low + high) / 2;
            (low, high) = times[middle] >= time ? (middle + 1, high) : (low, middle);
        }

        return low;
    }
}
