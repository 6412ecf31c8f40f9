using System.Globalization;

namespace Signals.Samples.ConsoleHost.Csv;

/// <summary>
/// Reads a time as text, in the forms of ISO 8601 and RFC 3339 and those that databases, warehouses, mail and version control
/// write. No form can be read in two ways: a date of numbers begins with the year, one that begins with the day spells the
/// month. Without a zone it is UTC.
/// </summary>
/// <remarks>Lives while one cell is read, on one thread; allocates nothing.</remarks>
internal ref struct TimeText(ReadOnlySpan<byte> text)
{
    private const long DayMs = 86_400_000;
    private const int CenturyTurn = 50;
    private const long FirstMs = -62_135_596_800_000;
    private const long EndMs = 253_402_300_800_000;

    private TextCursor _at = new(text);
    private int _year;
    private int _month;
    private int _day;
    private long _clockMs;
    private long _zoneMs;

    /// <summary>Reads the whole text as milliseconds since 1970 UTC.</summary>
    public bool TryRead(out long timeMs)
    {
        timeMs = 0;
        if (!(_at.IsDigit(0) && _at.IsDigit(3) ? TryYearFirst() : TrySpelled()) || !_at.Rest.IsEmpty)
        {
            return false;
        }

        timeMs = ((new DateOnly(_year, _month, _day).DayNumber - new DateOnly(1970, 1, 1).DayNumber) * DayMs) + _clockMs - _zoneMs;
        return timeMs is >= FirstMs and < EndMs;
    }

    private bool TryYearFirst()
    {
        if (!_at.TryDigits(4, out _year) || _year < 1 || !TryDayOfYear())
        {
            return false;
        }

        if (_at.Rest.IsEmpty)
        {
            return true;
        }

        // DB2 joins date and clock by a hyphen and then has dots for colons.
        bool isJoined = _at.Peek('-') && _at.Rest.Length > 6 && _at.Rest[3] == '.' && _at.Rest[6] == '.';
        bool hasMark = _at.Take('T') || _at.Take('t') || _at.Take('_') || (isJoined && _at.Take('-'));
        _at.TakeSpaces();
        return (hasMark || !_at.Rest.IsEmpty) && TryClock() && TryZone(isMail: false);
    }

    /// <summary>The rest of a date behind its year: -MM-DD, MMDD, /MM/DD, -DDD, DDD, -Www-D or WwwD.</summary>
    private bool TryDayOfYear()
    {
        byte separator = _at.Rest.Length > 0 && _at.Rest[0] is (byte)'-' or (byte)'/' ? _at.Rest[0] : (byte)0;
        _at.Skip(separator == 0 ? 0 : 1);
        if (separator != '/' && _at.Take('W'))
        {
            return _at.TryDigits(2, out int week) && (separator == 0 || _at.Take('-'))
                && _at.TryDigits(1, out int weekday) && TrySetWeek(week, weekday);
        }

        int digits = 0;
        while (_at.IsDigit(digits))
        {
            digits++;
        }

        if (digits == 3 && separator != '/')
        {
            return _at.TryDigits(3, out int dayOfYear) && TrySetDayOfYear(dayOfYear);
        }

        return digits == (separator == 0 ? 4 : 2) && _at.TryDigits(2, out _month)
            && (separator == 0 || _at.Take((char)separator)) && _at.TryDigits(2, out _day) && IsDate();
    }

    private bool TrySetWeek(int week, int weekday)
    {
        if (week < 1 || week > ISOWeek.GetWeeksInYear(_year) || weekday is < 1 or > 7 || (_year == 9999 && week > 51))
        {
            return false;
        }

        DateTime date = ISOWeek.ToDateTime(_year, week, weekday == 7 ? DayOfWeek.Sunday : (DayOfWeek)weekday);
        (_year, _month, _day) = (date.Year, date.Month, date.Day);
        return true;
    }

    private bool TrySetDayOfYear(int dayOfYear)
    {
        if (dayOfYear < 1 || dayOfYear > (DateTime.IsLeapYear(_year) ? 366 : 365))
        {
            return false;
        }

        DateOnly date = new DateOnly(_year, 1, 1).AddDays(dayOfYear - 1);
        (_month, _day) = (date.Month, date.Day);
        return true;
    }

    /// <summary>
    /// Dates with a spelled month: of mail and HTTP, of git, C and Java, of Oracle, of SQL Server, of logs of web servers.
    /// </summary>
    private bool TrySpelled()
    {
        bool hasWeekday = TryWeekday();
        if (TryMonth())
        {
            _at.TakeSpaces();
            if (!_at.TryShortNumber(out _day))
            {
                return false;
            }

            _at.Take(',');
            _at.TakeSpaces();
            return hasWeekday ? TryClock() && TryYearAndZone() : TryYear() && IsDate() && TryClockAndZone(isMail: false);
        }

        if (!_at.TryShortNumber(out _day))
        {
            return false;
        }

        char separator = _at.Take('-') ? '-' : _at.Take('/') ? '/' : ' ';
        _at.TakeSpaces();
        if (!TryMonth())
        {
            return false;
        }

        return separator == '/' ? TryLogged()
            : (separator == '-' ? _at.Take('-') : _at.TakeSpaces()) && TryYear() && IsDate() && TryClockAndZone(isMail: separator == ' ');
    }

    /// <summary>The rest of dd/Mon/yyyy:HH:MM:SS +zone, as web servers log.</summary>
    private bool TryLogged() =>
        _at.Take('/') && _at.TryDigits(4, out _year) && _year > 0 && IsDate() && _at.Take(':') && TryClock() && TryZone(isMail: false);

    /// <summary>Behind the clock of git and C the year and a zone; of date, Java and web services the zone and the year.</summary>
    private bool TryYearAndZone()
    {
        if (!_at.TakeSpaces())
        {
            return false;
        }

        return _at.IsDigit(0) ? TryYear() && IsDate() && TryZone(isMail: false)
            : ZoneText.TryReadOne(ref _at, isMail: false, out _zoneMs) && _at.TakeSpaces() && TryYear() && IsDate();
    }

    private bool TryZone(bool isMail) => ZoneText.TryRead(ref _at, isMail, out _zoneMs);

    private bool TryClockAndZone(bool isMail)
    {
        if (_at.Rest.IsEmpty)
        {
            return true;
        }

        _at.Take(',');
        return _at.TakeSpaces() && TryClock() && TryZone(isMail);
    }

    private bool TryWeekday()
    {
        int letters = _at.Letters();
        if (letters < 3 || _at.Index("sunmontuewedthufrisat"u8) < 0)
        {
            return false;
        }

        _at.Skip(letters);
        _at.Take(',');
        return _at.TakeSpaces();
    }

    private bool TryMonth()
    {
        int letters = _at.Letters();
        int month = letters is 3 or > 3 and < 10 ? _at.Index("janfebmaraprmayjunjulaugsepoctnovdec"u8) : -1;
        if (month < 0)
        {
            return false;
        }

        _month = month + 1;
        _at.Skip(letters);
        return true;
    }

    /// <summary>A year of four digits, or of two as Oracle's RR and RFC 2822 read them.</summary>
    private bool TryYear()
    {
        if (_at.TryDigits(4, out _year))
        {
            return _year > 0;
        }

        bool read = _at.TryDigits(2, out int year) && !_at.IsDigit(0);
        _year = year + (year < CenturyTurn ? 2000 : 1900);
        return read;
    }

    private bool IsDate() => _month is >= 1 and <= 12 && _day >= 1 && _day <= DateTime.DaysInMonth(_year, _month);

    /// <summary>HH[:MM[:SS]] with a fraction of the last part, HHMM[SS], dots for colons, and AM or PM behind it.</summary>
    private bool TryClock()
    {
        if (!_at.TryShortNumber(out int hour) || hour > 24)
        {
            return false;
        }

        long unitMs = 3_600_000;
        _clockMs = hour * unitMs;
        bool isBasic = _at.IsDigit(0);
        char colon = _at.Peek('.') && _at.IsDigit(1) && _at.IsDigit(2) && !_at.IsDigit(3) && _at.Rest.Length > 3 && _at.Rest[3] == '.'
            ? '.'
            : ':';
        for (int most = 59; most <= 60; most++)
        {
            bool goesOn = isBasic ? _at.IsDigit(0) : _at.Peek(colon) && _at.IsDigit(1);
            if (!goesOn)
            {
                break;
            }

            _at.Skip(isBasic ? 0 : 1);

            // Second 60 is a leap second, which clocks of this kind count as the one after it.
            if (!_at.TryDigits(2, out int part) || part > most)
            {
                return false;
            }

            unitMs /= 60;
            _clockMs += part * unitMs;
        }

        // Hour 24 is the end of the day and has nothing behind it.
        return !_at.IsDigit(0) && TryFraction(unitMs) && TryHalfOfDay(hour) && (hour < 24 || _clockMs == DayMs);
    }

    private bool TryFraction(long unitMs)
    {
        // SQL Server also sets the milliseconds off by a colon.
        bool isColon = unitMs == 1000 && _at.Peek(':') && _at.IsDigit(1) && _at.IsDigit(2) && _at.IsDigit(3) && !_at.IsDigit(4);
        if (!_at.Peek('.') && !_at.Peek(',') && !isColon)
        {
            return true;
        }

        // Digits beyond a millisecond are cut off, as the store counts no shorter times; of a minute or an hour they still matter.
        decimal fraction = 0;
        decimal weight = unitMs;
        int digits = 1;
        for (; _at.IsDigit(digits); digits++)
        {
            weight /= 10;
            fraction += digits < 20 ? (_at.Rest[digits] - '0') * weight : 0;
        }

        _at.Skip(digits);
        _clockMs += (long)fraction;
        return digits > 1;
    }

    private bool TryHalfOfDay(int hour)
    {
        int spaces = _at.Rest.IndexOfAnyExcept((byte)' ');
        ReadOnlySpan<byte> mark = spaces < 0 ? default : _at.Rest[spaces..];
        bool isHalf = mark.Length >= 2 && (mark[0] | 32) is 'a' or 'p' && (mark[1] | 32) == 'm' && (mark.Length == 2 || mark[2] == ' ');
        if (!isHalf)
        {
            return true;
        }

        _clockMs += ((mark[0] | 32) == 'p' && hour < 12 ? 12 : (mark[0] | 32) == 'a' && hour == 12 ? -12 : 0) * 3_600_000L;
        _at.Skip(spaces + 2);
        return hour is >= 1 and <= 12;
    }
}
