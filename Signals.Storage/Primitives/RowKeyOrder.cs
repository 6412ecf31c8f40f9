namespace Signals.Storage.Primitives;

/// <summary>Row keys in order: sorting them, and counting from the newest.</summary>
internal static class RowKeyOrder
{
    /// <summary>How many places a key may move on average before a general sort is the better choice.</summary>
    private const int MovesPerKey = 8;

    /// <summary>
    /// Sorts keys of which most are in order already, as those of a user's rows by arrival are: by insertion, which costs what the late ones
    /// have to move, and by a general sort as soon as that is too much.
    /// </summary>
    public static void SortNearlyOrdered(Span<RowKey> keys)
    {
        long moves = (long)MovesPerKey * keys.Length;
        for (int i = 1; i < keys.Length; i++)
        {
            RowKey key = keys[i];
            int place = i;
            while (place > 0 && key.CompareTo(keys[place - 1]) < 0)
            {
                keys[place] = keys[place - 1];
                place--;
            }

            keys[place] = key;
            moves -= i - place;
            if (moves < 0)
            {
                keys.Sort();
                return;
            }
        }
    }

    /// <summary>How many keys in order are at or after a time.</summary>
    public static int CountFrom(ReadOnlySpan<RowKey> ordered, long time)
    {
        int count = ordered.Length;
        while (count > 0 && ordered[count - 1].Time < time)
        {
            count--;
        }

        return count;
    }
}
