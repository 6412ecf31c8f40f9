using System.Globalization;
using System.Numerics;

namespace Signals;

/// <summary>
/// Converts numbers from outside to the number type of a column, or reports that they do not fit. All readers of other formats
/// share this rule. A whole-number column takes a number only when it can hold exactly that number. A floating-point column takes
/// the nearest value; a finite number that would become infinite does not fit. Infinity and NaN stay what they are. Pure; any
/// thread.
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

        // As doubles, the greatest 64-bit numbers round up to a power of two. Adding one gives that power for every width.
        return value >= double.CreateSaturating(T.MinValue)
            && value < double.CreateSaturating(T.MaxValue) + 1
            && value == Math.Truncate(value);
    }

    /// <summary>Parses a number, written as in C# with the invariant culture, as the type of a column.</summary>
    /// <param name="utf8">The text of the number, without anything around it.</param>
    /// <param name="value">The number.</param>
    /// <returns>False when the text is not a number, or the number does not fit.</returns>
    public static bool TryParse<T>(ReadOnlySpan<byte> utf8, out T value)
        where T : unmanaged, INumber<T>, IMinMaxValue<T>
    {
        // An intended infinity is written as a word, so digits that become infinite do not fit.
        return T.TryParse(utf8, NumberStyles.Float, CultureInfo.InvariantCulture, out value)
            && !utf8.Contains((byte)0) // The runtime's parser would accept NUL characters after the digits.
            && (!T.IsInfinity(value) || !utf8.ContainsAnyInRange((byte)'0', (byte)'9'));
    }

    private static bool IsFloat<T>() => typeof(T) == typeof(Half) || typeof(T) == typeof(float) || typeof(T) == typeof(double);
}
