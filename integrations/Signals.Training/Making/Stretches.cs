namespace Signals.Training.Making;

/// <summary>Divides an order into stretches of about the same length. Pure.</summary>
internal static class Stretches
{
    public static IReadOnlyList<int[]> Of(int[] order, int most)
    {
        int count = Math.Max(1, Math.Min(most, order.Length));
        int[][] stretches = new int[count][];
        for (int i = 0; i < count; i++)
        {
            int start = (int)((long)order.Length * i / count);
            int end = (int)((long)order.Length * (i + 1) / count);
            stretches[i] = order[start..end];
        }

        return stretches;
    }
}
