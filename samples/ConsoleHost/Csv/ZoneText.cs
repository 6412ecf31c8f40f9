using System.Text;

namespace Signals.Samples.ConsoleHost.Csv;

/// <summary>
/// Reads a zone behind a time: Z, UTC, an offset such as +01, -0130 or +01:00. The zones of the USA have names in mail only (RFC
/// 2822), because elsewhere CST is also China's. Other names are refused: the clock of a region shows some times twice. Pure.
/// </summary>
internal static class ZoneText
{
    private const long HourMs = 3_600_000;

    /// <summary>Reads the whole text; nothing is UTC.</summary>
    public static bool TryRead(ReadOnlySpan<byte> text, out long zoneMs)
    {
        TextCursor at = new(text);
        return TryRead(ref at, isMail: false, out zoneMs) && at.Rest.IsEmpty;
    }

    /// <summary>Reads a zone and what repeats it behind it; nothing is UTC.</summary>
    public static bool TryRead(ref TextCursor at, bool isMail, out long zoneMs)
    {
        zoneMs = 0;
        at.TakeSpaces();
        if (at.Rest.IsEmpty)
        {
            return true;
        }

        if (!TryReadOne(ref at, isMail, out zoneMs))
        {
            return false;
        }

        TakeRegion(ref at);
        return true;
    }

    /// <summary>Reads a zone that must be there.</summary>
    public static bool TryReadOne(ref TextCursor at, bool isMail, out long zoneMs)
    {
        zoneMs = 0;
        if (at.Peek('+') || at.Peek('-'))
        {
            return TryOffset(ref at, out zoneMs);
        }

        int letters = at.Letters();
        bool isUtc = letters switch
        {
            1 => (at.Rest[0] | 32) == 'z',
            2 => Ascii.EqualsIgnoreCase(at.Rest[..2], "ut"u8),
            3 => at.Index("utcgmt"u8) >= 0,
            _ => false,
        };
        int zone = isMail && letters == 3 ? at.Index("estedtcstcdtmstmdtpstpdt"u8) : -1;
        zoneMs = zone < 0 ? 0 : (-5 - (zone / 2) + (zone % 2)) * HourMs;
        at.Skip(isUtc || zone >= 0 ? letters : 0);
        return isUtc || zone >= 0;
    }

    /// <summary>+HH, +HHMM, +HH:MM, +HH:MM:SS.</summary>
    private static bool TryOffset(ref TextCursor at, out long zoneMs)
    {
        zoneMs = 0;
        int sign = at.Peek('-') ? -1 : 1;
        at.Skip(1);
        if (!at.TryDigits(2, out int hours))
        {
            return false;
        }

        int minutes = 0;
        int seconds = 0;
        bool read = true;
        if (at.IsDigit(0))
        {
            read = at.TryDigits(2, out minutes);
        }
        else if (at.Take(':'))
        {
            read = at.TryDigits(2, out minutes) && (!at.Take(':') || at.TryDigits(2, out seconds));
        }

        zoneMs = ((hours * 3600L) + (minutes * 60L) + seconds) * 1000 * sign;
        return read && hours <= 23 && minutes <= 59 && seconds <= 59;
    }

    /// <summary>A region in brackets or parentheses behind the offset repeats it: +01:00[Europe/Paris], +0100 (CET).</summary>
    private static void TakeRegion(ref TextCursor at)
    {
        at.TakeSpaces();
        if (at.Rest.Length > 2 && ((at.Rest[0] == '[' && at.Rest[^1] == ']') || (at.Rest[0] == '(' && at.Rest[^1] == ')')))
        {
            at.Skip(at.Rest.Length);
        }
    }
}
