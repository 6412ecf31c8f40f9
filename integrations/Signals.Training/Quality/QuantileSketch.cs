namespace Signals.Training.Quality;

/// <summary>
/// Quantiles of a stream in bounded memory: the KLL sketch (Karnin, Lang, Liberty, "Optimal Quantile Approximation in Streams", 2016).
/// Level h holds values that each stand for 2^h of the stream. A level that is full is sorted, and every second value of it, from a
/// random one of the first two, goes a level up.
/// </summary>
/// <remarks>
/// Thread contract: one thread at a time. With 256 places the rank of a quantile is off by about 1 % of the stream. Invariant: the
/// weights of all values add up to <see cref="Count"/>. NaN must not be added: it has no place in the order.
/// </remarks>
internal sealed class QuantileSketch
{
    private const int Places = 256;
    private const int LeastPlaces = 8;

    private readonly List<List<double>> _levels = [new(Places)];
    private int[] _places = [Places];
    private ulong _random = 0x9E3779B97F4A7C15;

    /// <summary>The values so far.</summary>
    public long Count { get; private set; }

    public double Minimum { get; private set; } = double.PositiveInfinity;

    public double Maximum { get; private set; } = double.NegativeInfinity;

    public void Add(double value)
    {
        Count++;
        Minimum = Math.Min(Minimum, value);
        Maximum = Math.Max(Maximum, value);
        _levels[0].Add(value);
        for (int level = 0; level < _levels.Count && _levels[level].Count >= _places[level]; level++)
        {
            Compact(level);
        }
    }

    /// <summary>Values at so many equal steps of rank, from the least to the greatest value.</summary>
    /// <param name="steps">The number of steps; there is one value more. Nothing was added: an empty array.</param>
    public double[] Quantiles(int steps)
    {
        if (Count == 0)
        {
            return [];
        }

        (double Value, long Weight)[] all =
            [.. _levels.SelectMany((values, level) => values.Select(value => (value, 1L << level))).OrderBy(one => one.value)];
        double[] quantiles = new double[steps + 1];
        long passed = 0;
        int at = 0;
        for (int i = 0; i <= steps; i++)
        {
            double rank = (double)Count * i / steps;
            while (at < all.Length - 1 && passed + all[at].Weight < rank)
            {
                passed += all[at].Weight;
                at++;
            }

            quantiles[i] = all[at].Value;
        }

        (quantiles[0], quantiles[steps]) = (Minimum, Maximum);
        return quantiles;
    }

    private void Compact(int level)
    {
        if (level + 1 == _levels.Count)
        {
            _levels.Add([]);

            // Higher levels have the most places, since an error there weighs most.
            _places = [.. _levels.Select((_, low) => Math.Max(LeastPlaces, (int)(Places * Math.Pow(2.0 / 3, _levels.Count - 1 - low))))];
        }

        List<double> full = _levels[level];
        full.Sort();
        int kept = full.Count & 1; // an odd one stays, so that no weight is lost
        for (int i = kept + Coin(); i < full.Count; i += 2)
        {
            _levels[level + 1].Add(full[i]);
        }

        full.RemoveRange(kept, full.Count - kept);
    }

    private int Coin()
    {
        _random ^= _random << 13;
        _random ^= _random >> 7;
        _random ^= _random << 17;
        return (int)(_random >> 63);
    }
}
