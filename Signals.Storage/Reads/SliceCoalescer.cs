using Signals.Storage.Primitives;

namespace Signals.Storage.Reads;

/// <summary>Turns ordered row keys into as few slices as possible. Holds no state; any thread.</summary>
internal static class SliceCoalescer
{
    public static void Append(ReadOnlySpan<RowKey> keys, PooledList<RowSlice> slices)
    {
        for (int start = 0; start < keys.Length;)
        {
            int count = 1;
            int step = 1;
            while (start + count < keys.Length && Continues(keys[start + count - 1], keys[start + count], count == 1, ref step))
            {
                count++;
            }

            slices.Add(new RowSlice(keys[start].Source, keys[start].Row, count, step));
            start += count;
        }
    }

    /// <summary>
    /// Whether two rows of one source are neighbours. The first pair sets the direction. Rows of two chunks are never neighbours.
    /// </summary>
    private static bool Continues(in RowKey last, in RowKey next, bool isFirstPair, ref int step)
    {
        long distance = next.Row - last.Row;
        if (next.Source != last.Source || Math.Abs(distance) != 1)
        {
            return false;
        }

        if (isFirstPair)
        {
            step = (int)distance;
        }

        return distance == step;
    }
}
