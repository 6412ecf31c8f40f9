using System.Buffers.Text;
using System.Globalization;
using System.Text;

namespace Signals.Samples.ConsoleHost.Csv;

/// <summary>
/// Reads event times as milliseconds since 1970 UTC. A time without a zone is UTC. Immutable and safe to share; allocates nothing.
/// </summary>
internal sealed class TimeParser(string format)
{
    private const int MaxLength = 64;

    /// <summary>Longest whole second that fits a .NET date; also keeps the multiplication below from overflowing.</summary>
    private const long MaxSeconds = 253_402_300_799;

    /// <summary>Reads <paramref name="cell"/>; false when it is not a time in this format.</summary>
    public bool TryParse(ReadOnlySpan<byte> cell, out long timeMs)
    {
        timeMs = 0;
        return format switch
        {
            "unix-ms" => TryParseWhole(cell, out timeMs) && timeMs is >= -MaxSeconds * 1000 and <= MaxSeconds * 1000,
            "unix-s" => TryParseSeconds(cell, out timeMs),
            "iso" => TryParseIso(cell, out timeMs),
            _ => TryParsePattern(cell, out timeMs),
        };
    }

    private static bool TryParseWhole(ReadOnlySpan<byte> cell, out long value) =>
        Utf8Parser.TryParse(cell, out value, out int used) && used == cell.Length;

    private static bool TryParseSeconds(ReadOnlySpan<byte> cell, out long timeMs)
    {
        timeMs = 0;
        if (TryParseWhole(cell, out long seconds))
        {
            timeMs = unchecked(seconds * 1000);
            return seconds is >= -MaxSeconds and <= MaxSeconds;
        }
        bool read = Utf8Parser.TryParse(cell, out decimal fraction, out int used) && used == cell.Length
            && fraction is >= -MaxSeconds and <= MaxSeconds;
        timeMs = read ? (long)decimal.Round(fraction * 1000) : 0;
        return read;
    }

    /// <summary>YYYY-MM-DD, then optionally T or a space and HH:MM[:SS[.fraction]], then optionally Z or +HH:MM.</summary>
    private static bool TryParseIso(ReadOnlySpan<byte> cell, out long timeMs)
    {
        timeMs = 0;
        if (cell.Length < 10 || cell[4] != '-' || cell[7] != '-'
            || !TryDigits(cell, 0, 4, out int year) || !TryDigits(cell, 5, 2, out int month) || !TryDigits(cell, 8, 2, out int day)
            || year < 1 || month is < 1 or > 12 || day < 1 || day > DateTime.DaysInMonth(year, month))
        {
            return false;
        }
        long dayMs = (new DateOnly(year, month, day).DayNumber - new DateOnly(1970, 1, 1).DayNumber) * 86_400_000L;
        if (cell.Length == 10)
        {
            timeMs = dayMs;
            return true;
        }
        if (cell[10] is not ((byte)'T' or (byte)' ') || !TryParseClock(cell[11..], out long clockMs, out int used)
            || !TryParseZone(cell[(11 + used)..], out long zoneMs))
        {
            return false;
        }
        timeMs = dayMs + clockMs - zoneMs;
        return true;
    }

    private static bool TryParseClock(ReadOnlySpan<byte> text, out long clockMs, out int used)
    {
        clockMs = 0;
        used = 5;
        if (text.Length < 5 || text[2] != ':' || !TryDigits(text, 0, 2, out int hour) || !TryDigits(text, 3, 2, out int minute)
            || hour > 23 || minute > 59)
        {
            return false;
        }
        clockMs = (hour * 3_600_000L) + (minute * 60_000L);
        if (text.Length == 5 || text[5] != ':')
        {
            return true;
        }
        if (!TryDigits(text, 6, 2, out int second) || second > 59)
        {
            return false;
        }
        clockMs += second * 1000L;
        used = 8;
        if (used < text.Length && text[used] is (byte)'.' or (byte)',')
        {
            int weight = 100;
            for (used++; used < text.Length && char.IsAsciiDigit((char)text[used]); used++)
            {
                clockMs += (text[used] - '0') * weight;
                weight /= 10;
            }
            return char.IsAsciiDigit((char)text[used - 1]);
        }
        return true;
    }

    private static bool TryParseZone(ReadOnlySpan<byte> text, out long zoneMs)
    {
        zoneMs = 0;
        if (text.IsEmpty || text.SequenceEqual("Z"u8))
        {
            return true;
        }
        int minuteAt = text.Length == 6 && text[3] == ':' ? 4 : 3;
        if (text[0] is not ((byte)'+' or (byte)'-') || text.Length != minuteAt + 2
            || !TryDigits(text, 1, 2, out int hours) || !TryDigits(text, minuteAt, 2, out int minutes) || hours > 23 || minutes > 59)
        {
            return false;
        }
        zoneMs = ((hours * 60) + minutes) * 60_000L * (text[0] == '-' ? -1 : 1);
        return true;
    }

    private bool TryParsePattern(ReadOnlySpan<byte> cell, out long timeMs)
    {
        Span<char> text = stackalloc char[MaxLength];
        timeMs = 0;
        if (cell.Length > MaxLength || !Encoding.UTF8.TryGetChars(cell, text, out int length)
            || !DateTimeOffset.TryParseExact(text[..length], format, CultureInfo.InvariantCulture,
                DateTimeStyles.AssumeUniversal, out DateTimeOffset time))
        {
            return false;
        }
        timeMs = time.ToUnixTimeMilliseconds();
        return true;
    }

    private static bool TryDigits(ReadOnlySpan<byte> text, int start, int count, out int value)
    {
        value = 0;
        if (start + count > text.Length)
        {
            return false;
        }
        foreach (byte b in text.Slice(start, count))
        {
            if (!char.IsAsciiDigit((char)b))
            {
                return false;
            }
            value = (value * 10) + (b - '0');
        }
        return true;
    }
}
