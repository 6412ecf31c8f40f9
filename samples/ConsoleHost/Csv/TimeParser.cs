using System.Buffers.Text;
using System.Globalization;
using System.Text;
using Signals.Samples.ConsoleHost.Options;

namespace Signals.Samples.ConsoleHost.Csv;

/// <summary>
/// Reads event times as milliseconds since 1970 UTC. A time without a zone is UTC. A number that lies in our times only in
/// another unit than the given one is no time. Immutable and safe to share; a time costs no allocation.
/// </summary>
internal sealed class TimeParser
{
    private const int MaxLength = 64;

    /// <summary>Longest whole second that fits a .NET date; also keeps the multiplication below from overflowing.</summary>
    private const long MaxSeconds = 253_402_300_799;

    private readonly string _format;
    private readonly decimal _perSecond;

    /// <summary>Reads times of a format: iso, unix-s, unix-ms, unix-us, unix-ns, or a .NET pattern.</summary>
    /// <exception cref="UsageException">The pattern leaves out a part of the date.</exception>
    public TimeParser(string format)
    {
        _format = format;
        _perSecond = EpochUnit.PerSecond(format);
        if (_perSecond == 0 && format != "iso")
        {
            TimePattern.Require(format);
        }
    }

    /// <summary>Reads <paramref name="cell"/>; false when it is not a time in this format.</summary>
    public bool TryParse(ReadOnlySpan<byte> cell, out long timeMs)
    {
        timeMs = 0;
        return _perSecond > 0 ? TryParseNumber(cell, out timeMs)
            : _format == "iso" ? new TimeText(cell).TryRead(out timeMs)
            : TryParsePattern(cell, out timeMs);
    }

    /// <summary>The option that would have read a refused cell, in words; null when none is known.</summary>
    public string? Hint(ReadOnlySpan<byte> cell)
    {
        if (TryNumber(cell, out decimal number))
        {
            return EpochUnit.OtherThan(_format, number);
        }

        if (_format != "iso" && new TimeText(cell).TryRead(out _))
        {
            return "it is a time as iso reads it: --time-format iso";
        }

        if (cell.LastIndexOfAny(" ["u8) is var zone and > 0 && new TimeText(cell[..zone]).TryRead(out _))
        {
            return "a zone is read as an offset such as +01:00, as Z or UTC: a name means several";
        }

        return cell.IndexOfAnyInRange((byte)'0', (byte)'9') >= 0 && cell.IndexOfAny("/.-: "u8) >= 0
            ? "say how it is written with a .NET pattern: --time-format 'dd/MM/yyyy HH:mm:ss'"
            : null;
    }

    private bool TryParseNumber(ReadOnlySpan<byte> cell, out long timeMs)
    {
        timeMs = 0;
        if (!TryNumber(cell, out decimal number) || EpochUnit.OtherThan(_format, number) is not null)
        {
            return false;
        }

        decimal seconds = number / _perSecond;
        if (seconds is < -MaxSeconds or > MaxSeconds)
        {
            return false;
        }

        timeMs = (long)decimal.Floor(seconds * 1000); // cut as a time in text is, so that one moment is one event however it is written
        return true;
    }

    /// <summary>A number, also with a zone behind it as git log --date=raw writes it; the zone does not move the moment.</summary>
    private static bool TryNumber(ReadOnlySpan<byte> cell, out decimal number)
    {
        int space = cell.IndexOf((byte)' ');
        bool hasZone = space > 0 && cell.Length > space + 1 && cell[space + 1] is (byte)'+' or (byte)'-';
        ReadOnlySpan<byte> digits = hasZone ? cell[..space] : cell;
        return Utf8Parser.TryParse(digits, out number, out int used) && used == digits.Length
            && (!hasZone || ZoneText.TryRead(cell[(space + 1)..], out _));
    }

    private bool TryParsePattern(ReadOnlySpan<byte> cell, out long timeMs)
    {
        Span<char> text = stackalloc char[MaxLength];
        timeMs = 0;
        if (cell.Length > MaxLength || !Encoding.UTF8.TryGetChars(cell, text, out int length)
            || !DateTimeOffset.TryParseExact(text[..length], _format, CultureInfo.InvariantCulture,
                DateTimeStyles.AssumeUniversal, out DateTimeOffset time))
        {
            return false;
        }

        timeMs = time.ToUnixTimeMilliseconds();
        return true;
    }
}
