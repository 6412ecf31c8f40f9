using System.Runtime.InteropServices;
using FASTER.core;

namespace Signals.Bench.Candidates;

/// <summary>
/// The key of a value in FASTER. Part 0 is the head of a user and type; the parts that it gave away are numbered from 1. Immutable.
/// </summary>
[StructLayout(LayoutKind.Sequential)]
internal readonly record struct FasterKey(ulong User, uint Type, uint Part)
{
    /// <summary>Added to the type where the value holds vectors.</summary>
    public const uint VectorFlag = 1U << 31;

    /// <summary>
    /// Compares keys, with a hash that mixes all their bits: two rounds of the finalizer of MurmurHash3 (Appleby).
    /// </summary>
    public sealed class Comparer : IFasterEqualityComparer<FasterKey>
    {
        public bool Equals(ref FasterKey k1, ref FasterKey k2) => k1 == k2;

        public long GetHashCode64(ref FasterKey k) => (long)Mix(Mix(k.User) ^ (((ulong)k.Type << 32) | k.Part));

        private static ulong Mix(ulong number)
        {
            number = (number ^ (number >> 33)) * 0xFF51_AFD7_ED55_8CCD;
            number = (number ^ (number >> 33)) * 0xC4CE_B9FE_1A85_EC53;
            return number ^ (number >> 33);
        }
    }
}
