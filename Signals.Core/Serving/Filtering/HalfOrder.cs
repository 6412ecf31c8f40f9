using System.Runtime.Intrinsics;

namespace Signals.Core.Serving.Filtering;

/// <summary>
/// Halves as whole numbers of the same order: the sign turns the other bits over. -0 comes right before +0, NaNs lie beyond the
/// infinities. There are no vector comparisons of halves; of these keys there are. Pure.
/// </summary>
internal static class HalfOrder
{
    public static short Key(short bits) => (short)(bits ^ ((bits >> 15) & 0x7FFF));

    public static Vector256<short> Key(Vector256<short> bits) => bits ^ ((bits >> 15) & Vector256.Create((short)0x7FFF));

    /// <summary>The key of a range's lower end: zero of either sign means both.</summary>
    public static short Low(Half value) => Key(BitConverter.HalfToInt16Bits(value == Half.Zero ? Half.NegativeZero : value));

    /// <summary>The key of a range's upper end: zero of either sign means both.</summary>
    public static short High(Half value) => Key(BitConverter.HalfToInt16Bits(value == Half.Zero ? Half.Zero : value));
}
