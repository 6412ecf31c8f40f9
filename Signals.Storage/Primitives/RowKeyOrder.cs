using System.Runtime.CompilerServices;
using Signals.Core.Model;

namespace Signals.Storage.Primitives;

/// <summary>Sorts row keys, and counts ordered ones from the newest.</summary>
internal static class RowKeyOrder
{
    /// <summary>How many places a key may move on average before a general sort is the better choice.</summary>
    private const int MovesPerKey = 8;

    /// <summary>
    /// Sorts keys of which most are in order already, as a user's rows in order of arrival are. Insertion sort costs only what
    /// the late keys have to move; as soon as that is too much, a general sort takes over.
    /// </summary>
    [MethodImpl(Compile.InFull)]
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

    /// <summary>How many of the ordered keys are at or after a time.</summary>
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
