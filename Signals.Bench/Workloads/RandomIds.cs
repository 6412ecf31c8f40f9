namespace Signals.Bench.Workloads;

/// <summary>Numbers without a pattern for users and items, computed from their ranks. Stateless.</summary>
internal static class RandomIds
{
    private const ulong Golden = 0x9E37_79B9_7F4A_7C15;
    private const ulong ItemSalt = 1UL << 40;
    private const int ItemShift = 4;

    /// <summary>A user as a 64-bit number. No two ranks have the same one, because the mix is a permutation.</summary>
    public static ulong User(int rank) => Mix((ulong)rank + 1);

    /// <summary>An item as a 60-bit number.</summary>
    public static ulong Item(int rank) => Mix((ulong)rank + ItemSalt) >> ItemShift;

    /// <summary>One step of SplitMix64 (Steele, Lea, Flood, "Fast splittable pseudorandom number generators", 2014).</summary>
    private static ulong Mix(ulong number)
    {
        ulong state = number * Golden;
        state = (state ^ (state >> 30)) * 0xBF58_476D_1CE4_E5B9;
        state = (state ^ (state >> 27)) * 0x94D0_49BB_1331_11EB;
        return state ^ (state >> 31);
    }
}
