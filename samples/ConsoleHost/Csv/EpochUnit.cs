namespace Signals.Samples.ConsoleHost.Csv;

/// <summary>
/// Numbers since 1970 in several units, and which unit a number looks like: from 1990 to 2100 no two units overlap. Pure.
/// </summary>
internal static class EpochUnit
{
    private const decimal From = 631_152_000;
    private const decimal To = 4_102_444_800;

    private static readonly (string Format, string Name, decimal PerSecond)[] Units =
        [("unix-s", "seconds", 1), ("unix-ms", "milliseconds", 1_000),
            ("unix-us", "microseconds", 1_000_000), ("unix-ns", "nanoseconds", 1_000_000_000)];

    /// <summary>How many make a second in this time format; 0 when it is none of numbers.</summary>
    public static decimal PerSecond(string format) => Array.Find(Units, unit => unit.Format == format).PerSecond;

    /// <summary>The option for the unit that a number looks like, in words; null when that is the given one, or none.</summary>
    public static string? OtherThan(string format, decimal number)
    {
        foreach ((string candidate, string name, decimal perSecond) in Units)
        {
            if (number >= From * perSecond && number < To * perSecond)
            {
                return candidate == format ? null : $"it looks like {name} since 1970: --time-format {candidate}";
            }
        }

        return null;
    }
}
