using System.Numerics;
using System.Numerics.Tensors;
using System.Runtime.InteropServices;

namespace Signals.Core.Serving.Features;

/// <summary>
/// Converts to the nearest value of the other type, as C#'s saturating conversion does. Whole numbers stop at the ends of a
/// smaller range, a fraction is cut off, and NaN becomes 0 in a type without NaN. A float that is too large for a half becomes
/// infinite.
/// </summary>
internal sealed class SaturatingConversion<TFrom, TTo> : NumberConversion<TFrom, TTo>
    where TFrom : unmanaged, INumber<TFrom>
    where TTo : unmanaged, INumber<TTo>
{
    /// <summary>Fewer values than this are converted one by one, because the call for many would cost more.</summary>
    private const int LeastForVectors = 8;

    public static SaturatingConversion<TFrom, TTo> Instance { get; } = new();

    public override void Convert(ReadOnlySpan<TFrom> source, Span<TTo> destination)
    {
        if (source.Length >= LeastForVectors)
        {
            ConvertMany(source, destination);
            return;
        }

        for (int i = 0; i < source.Length; i++)
        {
            destination[i] = TTo.CreateSaturating(source[i]);
        }
    }

    private static void ConvertMany(ReadOnlySpan<TFrom> source, Span<TTo> destination)
    {
        if (typeof(TFrom) == typeof(Half) && typeof(TTo) == typeof(float))
        {
            TensorPrimitives.ConvertToSingle(MemoryMarshal.Cast<TFrom, Half>(source), MemoryMarshal.Cast<TTo, float>(destination));
        }
        else if (typeof(TFrom) == typeof(float) && typeof(TTo) == typeof(Half))
        {
            TensorPrimitives.ConvertToHalf(MemoryMarshal.Cast<TFrom, float>(source), MemoryMarshal.Cast<TTo, Half>(destination));
        }
        else
        {
            TensorPrimitives.ConvertSaturating(source, destination);
        }
    }
}
