using System.Numerics;

namespace Signals.Core.Serving.Features;

/// <summary>Converts to a byte: 0 for zero, and 1 for anything else, NaN included.</summary>
internal sealed class BooleanConversion<TFrom> : NumberConversion<TFrom, byte>
    where TFrom : unmanaged, INumber<TFrom>
{
    public static BooleanConversion<TFrom> Instance { get; } = new();

    public override void Convert(ReadOnlySpan<TFrom> source, Span<byte> destination)
    {
        for (int i = 0; i < source.Length; i++)
        {
            destination[i] = TFrom.IsZero(source[i]) ? (byte)0 : (byte)1;
        }
    }
}
