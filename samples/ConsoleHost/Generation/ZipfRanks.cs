namespace Signals.Samples.ConsoleHost.Generation;

/// <summary>
/// Draws ranks 1..n with probability proportional to rank^-s by rejection-inversion (Hörmann and Derflinger 1996): constant
/// time and memory whatever n is. Immutable and safe to share; the caller brings the randomness.
/// </summary>
internal sealed class ZipfRanks
{
    private readonly double _exponent;
    private readonly double _integralAtOne;
    private readonly double _integralAtEnd;
    private readonly double _shortcut;

    /// <summary>Ranks from 1 to <paramref name="count"/>; <paramref name="exponent"/> above 0.</summary>
    public ZipfRanks(int count, double exponent)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(exponent);
        Count = count;
        _exponent = exponent;
        _integralAtOne = Integral(1.5) - 1.0;
        _integralAtEnd = Integral(count + 0.5);
        _shortcut = 2.0 - IntegralInverse(Integral(2.5) - Density(2.0));
    }

    /// <summary>Number of ranks.</summary>
    public int Count { get; }

    /// <summary>Draws a rank, 1 being the most likely.</summary>
    public int Draw(ref SampleRandom random)
    {
        while (true)
        {
            double u = _integralAtEnd + (random.Fraction() * (_integralAtOne - _integralAtEnd));
            double x = IntegralInverse(u);
            int rank = Math.Clamp((int)(x + 0.5), 1, Count);
            if (rank - x <= _shortcut || u >= Integral(rank + 0.5) - Density(rank))
            {
                return rank;
            }
        }
    }

    /// <summary>The integral of x^-s, shifted so that it is log(x) at s = 1.</summary>
    private double Integral(double x)
    {
        double log = Math.Log(x);
        return ExpMinusOneOver((1.0 - _exponent) * log) * log;
    }

    private double Density(double x) => Math.Exp(-_exponent * Math.Log(x));

    private double IntegralInverse(double x)
    {
        double t = Math.Max(-1.0, x * (1.0 - _exponent));
        return Math.Exp(LogOnePlusOver(t) * x);
    }

    // log(1+x)/x and (exp(x)-1)/x, by their series near 0 where the quotients lose all digits.
    private static double LogOnePlusOver(double x) =>
        Math.Abs(x) > 1e-4 ? Math.Log(1.0 + x) / x : 1.0 - (x * (0.5 - (x * ((1.0 / 3.0) - (x * 0.25)))));

    private static double ExpMinusOneOver(double x) =>
        Math.Abs(x) > 1e-4 ? (Math.Exp(x) - 1.0) / x : 1.0 + (x * 0.5 * (1.0 + (x * (1.0 / 3.0) * (1.0 + (x * 0.25)))));
}
