using Signals.Samples.ConsoleHost.Options;

namespace Signals.Samples.ConsoleHost.Csv;

/// <summary>
/// What a .NET pattern of a time must say so that a text is one moment: the whole date, and with a clock
/// of 12 hours which half. Pure.
/// </summary>
internal static class TimePattern
{
    private const string Standard = "dDfFgGoOrRsuU";

    private static readonly (char Letter, string Name)[] DateParts =
        [('y', "the year (yyyy)"), ('M', "the month (MM, mm is minutes)"), ('d', "the day (dd)")];

    /// <exception cref="UsageException">The pattern leaves out what .NET would make up: today's date, say.</exception>
    public static void Require(string pattern)
    {
        if (pattern.Length == 1)
        {
            if (!Standard.Contains(pattern[0], StringComparison.Ordinal))
            {
                throw new UsageException(
                    $"--time-format '{pattern}' has no date; there are iso, unix-s, unix-ms, unix-us, "
                        + "unix-ns and .NET patterns such as yyyy-MM-dd HH:mm");
            }

            return;
        }

        HashSet<char> letters = Letters(pattern);
        string missing = string.Join(", ", DateParts.Where(part => !letters.Contains(part.Letter)).Select(part => part.Name));
        if (missing.Length > 0)
        {
            throw new UsageException($"--time-format '{pattern}' lacks {missing}: a time without a whole date is no moment");
        }

        if (letters.Contains('h') && !letters.Contains('t'))
        {
            throw new UsageException(
                $"--time-format '{pattern}' has a clock of 12 hours (hh) without AM or PM (tt); HH is one of 24 hours");
        }
    }

    private static HashSet<char> Letters(string pattern)
    {
        HashSet<char> letters = [];
        for (int i = 0; i < pattern.Length; i++)
        {
            switch (pattern[i])
            {
                case '\\':
                    i++;
                    break;
                case '\'' or '"':
                    int end = pattern.IndexOf(pattern[i], i + 1);
                    i = end < 0 ? pattern.Length : end;
                    break;
                case 'd' when i + 2 < pattern.Length && pattern[i + 1] == 'd' && pattern[i + 2] == 'd':
                    // ddd and dddd are the name of the weekday, which says no day.
                    for (; i + 1 < pattern.Length && pattern[i + 1] == 'd'; i++)
                    {
                    }

                    break;
                default:
                    letters.Add(pattern[i]);
                    break;
            }
        }

        return letters;
    }
}
