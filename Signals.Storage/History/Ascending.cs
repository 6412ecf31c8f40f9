namespace Signals.Storage.History;

/// <summary>Searches of lists in ascending order, by halves. Pure; any thread.</summary>
internal static class Ascending
{
    /// <summary>How many items from the first on hold a condition that no item holds behind one that does not.</summary>
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
