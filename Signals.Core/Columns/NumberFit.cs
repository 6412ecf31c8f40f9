using System.Globalization;
using System.Numerics;

namespace Signals.Core.Columns;

/// <summary>
/// Turns numbers from outside into the numbers of a column, or says that they do not fit. One rule for every reader of other formats:
/// a whole number fits when the column holds exactly it; a floating-point column takes the nearest value, and a finite number that
/// would become infinite does not fit. What says that it is infinite, or no number, stays so. Pure; any thread.
/// </summary>
public static class NumberFit
{
    /// <summary>Converts a number to the type of a column.</summary>
    /// <returns>False when it does not fit.</returns>
    public static bool TryConvert<T>(double value, out T result)
        where T : unmanaged, INumber<T>, IMinMaxValue<T>
    {
        result = T.CreateSaturating(value);
        if (IsFloat<T>())
        {
            return T.IsFinite(result) || !double.IsFinite(value);
        }

        // The greatest 64-bit numbers round up to a power of two as doubles: one more is that power for every width.
        return value >= double.CreateSaturating(T.MinValue)
            && value < double.CreateSaturating(T.MaxValue) + 1
            && value == Math.Truncate(value);
    }

    /// <summary>Reads a number, written as in C# (invariant), as the type of a column.</summary>
    /// <param name="utf8">The text, without anything around it.</param>
    /// <param name="value">The number.</param>
    /// <returns>False when the text is no number or the number does not fit.</returns>
    public static bool TryParse<T>(ReadOnlySpan<byte> utf8, out T value)
        where T : unmanaged, INumber<T>, IMinMaxValue<T>
    {
        // What is meant to be infinite is written as a word.
        return T.TryParse(utf8, NumberStyles.Float, CultureInfo.InvariantCulture, out value)
            && !utf8.Contains((byte)0) // which the runtime's parser passes over behind the digits
            && (!T.IsInfinity(value) || !utf8.ContainsAnyInRange((byte)'0', (byte)'9'));
    }

    private static bool IsFloat<T>() => typeof(T) == typeof(Half) || typeof(T) == typeof(float) || typeof(T) == typeof(double);
}
