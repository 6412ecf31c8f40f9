namespace Signals.Samples.ConsoleHost.Generation;

/// <summary>
/// A small seeded random sequence (SplitMix64, Steele, Lea and Flood 2014): the same seed gives the same numbers on every
/// machine and version, which <see cref="Random"/> does not promise. A mutable struct: keep it in a field, pass it by ref.
/// </summary>
internal struct SampleRandom(ulong seed)
{
    private ulong _state = seed;

    /// <summary>The next 64 random bits.</summary>
    public ulong Next()
    {
        _state += 0x9E3779B97F4A7C15;
        return Mix(_state);
    }

    /// <summary>A number from 0 to <paramref name="bound"/> - 1.</summary>
    public uint Below(uint bound) => (uint)(((Next() >> 32) * bound) >> 32);

    /// <summary>A number from 0 inclusive to 1 exclusive.</summary>
    public double Fraction() => (Next() >> 11) * (1.0 / (1UL << 53));

    /// <summary>Spreads the bits of <paramref name="value"/>; a bijection.</summary>
    public static ulong Mix(ulong value)
    {
        value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9;
        value = (value ^ (value >> 27)) * 0x94D049BB133111EB;
        return value ^ (value >> 31);
    }
}
