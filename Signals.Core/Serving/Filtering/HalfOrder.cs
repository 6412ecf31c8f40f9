using System.Runtime.Intrinsics;

namespace Signals.Core.Serving.Filtering;

/// <summary>
/// Maps halves to whole numbers of the same order: in negative halves all bits except the sign are inverted. -0 comes right
/// before +0, and NaNs lie beyond the infinities. There are no vector comparisons of halves, but there are of these keys. Pure.
/// </summary>
internal static class HalfOrder
{
    public static short Key(short bits) => (short)(bits ^ ((bits >> 15) & 0x7FFF));

    public static Vector256<short> Key(Vector256<short> bits) => bits ^ ((bits >> 15) & Vector256.Create((short)0x7FFF));

    /// <summary>The key of a range's lower end. A zero of either sign includes both zeros.</summary>
    public static short Low(Half value) => Key(BitConverter.HalfToInt16Bits(value == Half.Zero ? Half.NegativeZero : value));

    /// <summary>The key of a range's upper end. A zero of either sign includes both zeros.</summary>
    public static short High(Half value) => Key(BitConverter.HalfToInt16Bits(value == Half.Zero ? Half.Zero : value));
}
