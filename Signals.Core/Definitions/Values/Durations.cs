using System.Globalization;

namespace Signals.Core.Definitions.Values;

/// <summary>
/// Reads and writes lengths of time as definitions write them: a whole number and one of <c>ms s m h d</c>, such as <c>90d</c>. A
/// length of time in a definition is a whole number of milliseconds. Pure.
/// </summary>
internal static class Durations
{
    private static readonly (string Unit, long Milliseconds)[] Units =
        [("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1000), ("ms", 1)];

    private static readonly long MostMilliseconds = TimeSpan.MaxValue.Ticks / TimeSpan.TicksPerMillisecond;

    public static bool IsMilliseconds(long value) => value >= 0 && value <= MostMilliseconds;

    /// <exception cref="ArgumentOutOfRangeException">The value is not a whole number of milliseconds.</exception>
    public static long ToMilliseconds(TimeSpan value) => value.Ticks % TimeSpan.TicksPerMillisecond == 0
        ? value.Ticks / TimeSpan.TicksPerMillisecond
        : throw new ArgumentOutOfRangeException(nameof(value), value, "A length of time in a definition is whole milliseconds.");

    public static TimeSpan FromMilliseconds(long value) => new(value * TimeSpan.TicksPerMillisecond);

    /// <summary>The length as text, with the largest unit that divides it.</summary>
    public static string Format(long milliseconds)
    {
        (string unit, long each) = milliseconds == 0 ? ("ms", 1) : Array.Find(Units, u => milliseconds % u.Milliseconds == 0);
        return string.Create(CultureInfo.InvariantCulture, $"{milliseconds / each}{unit}");
    }

    public static string Format(TimeSpan value) => Format(value.Ticks / TimeSpan.TicksPerMillisecond);

    public static bool TryParse(ReadOnlySpan<char> text, out long milliseconds)
    {
        milliseconds = 0;
        int digits = text.IndexOfAnyExceptInRange('0', '9');
        if (digits is < 1 or > 18)
        {
            return false;
        }

        foreach ((string unit, long each) in Units)
        {
            if (text[digits..].SequenceEqual(unit))
            {
                long count = long.Parse(text[..digits], NumberStyles.None, CultureInfo.InvariantCulture);
                milliseconds = count <= MostMilliseconds / each ? count * each : -1;
                return milliseconds >= 0;
            }
        }

        return false;
    }
}
