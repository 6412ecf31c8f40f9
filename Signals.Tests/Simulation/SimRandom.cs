namespace Signals.Tests.Simulation;

/// <summary>SplitMix64: a random sequence that costs nothing to seed. Threads: one.</summary>
internal struct SimRandom(ulong seed)
{
    private ulong _state = seed;

    /// <summary>64 random bits.</summary>
    public ulong Next()
    {
        ulong z = _state += 0x9E3779B97F4A7C15;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }

    /// <summary>A number from 0 to below <paramref name="limit"/>.</summary>
    public int Below(int limit) => (int)(Next() % (uint)limit);

    /// <summary>True in one of two cases.</summary>
    public bool Coin() => (Next() & 1) != 0;
}
