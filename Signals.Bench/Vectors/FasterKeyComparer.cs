using FASTER.core;

namespace Signals.Bench.Vectors;

/// <summary>
/// Compares keys of the FASTER store, with a hash that mixes all their bits. The library's own hash of a long puts users,
/// which are in the upper half of a key, into a few buckets, so that every access follows a long chain. Stateless.
/// </summary>
internal sealed class FasterKeyComparer : IFasterEqualityComparer<long>
{
    public bool Equals(ref long k1, ref long k2) => k1 == k2;

    /// <summary>The finalizer of MurmurHash3 (Appleby). Each bit of the key affects each bit of the hash.</summary>
    public long GetHashCode64(ref long k)
    {
        ulong mixed = (ulong)k;
        mixed = (mixed ^ (mixed >> 33)) * 0xFF51_AFD7_ED55_8CCD;
        mixed = (mixed ^ (mixed >> 33)) * 0xC4CE_B9FE_1A85_EC53;
        return (long)(mixed ^ (mixed >> 33));
    }
}
