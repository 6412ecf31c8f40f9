namespace Signals.Bench.Workloads;

/// <summary>
/// Draws ranks 0..n-1 with probability proportional to 1 / (rank + 1)^s, in constant time, by Walker's alias method
/// (M. D. Vose, "A linear algorithm for generating random numbers with a given distribution", 1991).
/// </summary>
/// <remarks>Thread contract: immutable. The random generator that is passed in belongs to one thread.</remarks>
internal sealed class ZipfSampler
{
    private readonly double[] _keep;
    private readonly int[] _alias;

    public ZipfSampler(int count, double exponent)
    {
        double[] scaled = new double[count];
        double total = 0;
        for (int rank = 0; rank < count; rank++)
        {
            scaled[rank] = Math.Pow(rank + 1, -exponent);
            total += scaled[rank];
        }

        _keep = new double[count];
        _alias = new int[count];
        Stack<int> small = new();
        Stack<int> large = new();
        for (int rank = 0; rank < count; rank++)
        {
            scaled[rank] *= count / total;
            (scaled[rank] < 1 ? small : large).Push(rank);
        }

        while (small.Count > 0 && large.Count > 0)
        {
            int less = small.Pop();
            int more = large.Pop();
            _keep[less] = scaled[less];
            _alias[less] = more;
            scaled[more] -= 1 - scaled[less];
            (scaled[more] < 1 ? small : large).Push(more);
        }

        foreach (int rank in small.Concat(large))
        {
            _keep[rank] = 1;
        }
    }

    public int Next(Random random)
    {
        int rank = random.Next(_keep.Length);
        return random.NextDouble() < _keep[rank] ? rank : _alias[rank];
    }
}
