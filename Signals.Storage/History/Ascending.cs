namespace Signals.Storage.History;

/// <summary>Binary searches in ascending lists. Pure; any thread.</summary>
internal static class Ascending
{
    /// <summary>
    /// How many items, from the first, meet a condition. After the first item that does not meet it, no item may.
    /// </summary>
    public static int CountWhile<T>(List<T> items, Func<T, bool> holds)
    {
        int low = 0;
        int high = items.Count;
        while (low < high)
        {
            int middle = low + ((high - low) / 2);
            (low, high) = holds(items[middle]) ? (middle + 1, high) : (low, middle);
        }

        return low;
    }
}
