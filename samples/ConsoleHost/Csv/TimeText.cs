using System.Globalization;

namespace Signals.Samples.ConsoleHost.Csv;

/// <summary>
/// Reads a time as text, in the forms of ISO 8601 and RFC 3339 and those that databases, warehouses, mail and version control write. No form
/// can be read in two ways: a date of numbers begins with the year, one that begins with the day spells the month. Without a zone it is UTC.
/// </summary>
/// <remarks>Lives while one cell is read, on one thread; allocates nothing.</remarks>
internal ref struct TimeText(ReadOnlySpan<byte> text)
{
    private const long DayMs = 86_400_000;
    private const int CenturyTurn = 50;

    private ReadOnlySpan<byte> _rest = text;
    private int _year;
    private int _month;
    private int _day;
    private long _clockMs;
    private long _zoneMs;

    /// <summary>Reads the whole text as milliseconds since 1970 UTC.</summary>
    public bool TryRead(out long timeMs)
    {
        timeMs = 0;
        if (!(IsDigit(0) && IsDigit(3) ? TryYearFirst() : TrySpelled()) || !_rest.IsEmpty)
        {
            return false;
        }

        timeMs = ((new DateOnly(_year, _month, _day).DayNumber - new DateOnly(1970, 1, 1).DayNumber) * DayMs) + _clockMs - _zoneMs;
        return true;
    }

    /// <summary>Reads a zone, such as Z, +01, -0130, +01:00 or UTC; nothing is UTC.</summary>
    public static bool TryZone(ReadOnlySpan<byte> text, out long zoneMs)
    {
        TimeText zone = new(text);
        bool read = zone.TryZone() && zone._rest.IsEmpty;
        zoneMs = zone._zoneMs;
        return read;
    }

    private bool TryYearFirst()
    {
        if (!TryDigits(4, out _year) || _year < 1 || !TryDayOfYear())
        {
            return false;
        }

        if (_rest.IsEmpty)
        {
            return true;
        }

        bool hasMark = Take('T') || Take('t') || Take('_');
        TakeSpaces();
        return (hasMark || !_rest.IsEmpty) && TryClock() && TryZone();
    }

    /// <summary>The rest of a date behind its year: -MM-DD, MMDD, /MM/DD, -DDD, DDD, -Www-D or WwwD.</summary>
    private bool TryDayOfYear()
    {
        byte separator = _rest.Length > 0 && _rest[0] is (byte)'-' or (byte)'/' ? _rest[0] : (byte)0;
        _rest = separator == 0 ? _rest : _rest[1..];
        if (separator != '/' && Take('W'))
        {
            return TryDigits(2, out int week) && (separator == 0 || Take('-')) && TryDigits(1, out int weekday) && TrySetWeek(week, weekday);
        }

        int digits = 0;
        while (IsDigit(digits))
        {
            digits++;
        }

        if (digits == 3 && separator != '/')
        {
            return TryDigits(3, out int dayOfYear) && TrySetDayOfYear(dayOfYear);
        }

        return digits == (separator == 0 ? 4 : 2) && TryDigits(2, out _month) && (separator == 0 || Take((char)separator)) && TryDigits(2, out _day) && IsDate();
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

    /// <summary>Dates with a spelled month: of mail and HTTP, of git and C, of Oracle and of SQL Server.</summary>
    private bool TrySpelled()
    {
        bool hasWeekday = TryWeekday();
        if (TryMonth())
        {
            TakeSpaces();
            if (!TryShortNumber(out _day))
            {
                return false;
            }

            Take(',');
            TakeSpaces();
            return hasWeekday ? TryClock() && TakeSpaces() && TryYear() && IsDate() && TryZone() : TryYear() && IsDate() && TryClockAndZone();
        }

        if (!TryShortNumber(out _day))
        {
            return false;
        }

        char separator = Take('-') ? '-' : ' ';
        TakeSpaces();
        if (!TryMonth())
        {
            return false;
        }

        return (separator == '-' ? Take('-') : TakeSpaces()) && TryYear() && IsDate() && TryClockAndZone();
    }

    private bool TryClockAndZone()
    {
        if (_rest.IsEmpty)
        {
            return true;
        }

        Take(',');
        return TakeSpaces() && TryClock() && TryZone();
    }

    private bool TryWeekday()
    {
        int letters = Letters();
        if (letters < 3 || Index("sunmontuewedthufrisat"u8) < 0)
        {
            return false;
        }

        _rest = _rest[letters..];
        Take(',');
        return TakeSpaces();
    }

    private bool TryMonth()
    {
        int letters = Letters();
        int month = letters is 3 or > 3 and < 10 ? Index("janfebmaraprmayjunjulaugsepoctnovdec"u8) : -1;
        if (month < 0)
        {
            return false;
        }

        _month = month + 1;
        _rest = _rest[letters..];
        return true;
    }

    /// <summary>A year of four digits, or of two as Oracle's RR and RFC 2822 read them.</summary>
    private bool TryYear()
    {
        if (TryDigits(4, out _year))
        {
            return _year > 0;
        }

        bool read = TryDigits(2, out int year) && !IsDigit(0);
        _year = year + (year < CenturyTurn ? 2000 : 1900);
        return read;
    }

    private bool IsDate() => _month is >= 1 and <= 12 && _day >= 1 && _day <= DateTime.DaysInMonth(_year, _month);

    /// <summary>HH[:MM[:SS]] with a fraction of the last part, HHMM[SS], dots for colons, and AM or PM behind it.</summary>
    private bool TryClock()
    {
        if (!TryShortNumber(out int hour) || hour > 23)
        {
            return false;
        }

        long unitMs = 3_600_000;
        _clockMs = hour * unitMs;
        bool isBasic = IsDigit(0);
        char colon = Peek('.') && IsDigit(1) && IsDigit(2) && !IsDigit(3) && _rest.Length > 3 && _rest[3] == '.' ? '.' : ':';
        for (int most = 59; most <= 60; most++)
        {
            bool goesOn = isBasic ? IsDigit(0) : Peek(colon) && IsDigit(1);
            if (!goesOn)
            {
                break;
            }

            _rest = isBasic ? _rest : _rest[1..];

            // Second 60 is a leap second, which clocks of this kind count as the one after it.
            if (!TryDigits(2, out int part) || part > most)
            {
                return false;
            }

            unitMs /= 60;
            _clockMs += part * unitMs;
        }

        return !IsDigit(0) && TryFraction(unitMs) && TryHalfOfDay(hour);
    }

    private bool TryFraction(long unitMs)
    {
        // SQL Server also sets the milliseconds off by a colon.
        bool isColon = unitMs == 1000 && Peek(':') && IsDigit(1) && IsDigit(2) && IsDigit(3) && !IsDigit(4);
        if (!Peek('.') && !Peek(',') && !isColon)
        {
            return true;
        }

        // Digits beyond a millisecond are cut off, as the store counts no shorter times; of a minute or an hour they still matter.
        decimal fraction = 0;
        decimal weight = unitMs;
        int digits = 1;
        for (; IsDigit(digits); digits++)
        {
            weight /= 10;
            fraction += digits < 20 ? (_rest[digits] - '0') * weight : 0;
        }

        _rest = _rest[digits..];
        _clockMs += (long)fraction;
        return digits > 1;
    }

    private bool TryHalfOfDay(int hour)
    {
        int spaces = _rest.IndexOfAnyExcept((byte)' ');
        ReadOnlySpan<byte> mark = spaces < 0 ? default : _rest[spaces..];
        bool isHalf = mark.Length >= 2 && (mark[0] | 32) is 'a' or 'p' && (mark[1] | 32) == 'm' && (mark.Length == 2 || mark[2] == ' ');
        if (!isHalf)
        {
            return true;
        }

        _clockMs += ((mark[0] | 32) == 'p' && hour < 12 ? 12 : (mark[0] | 32) == 'a' && hour == 12 ? -12 : 0) * 3_600_000L;
        _rest = mark[2..];
        return hour is >= 1 and <= 12;
    }

    private bool TryZone()
    {
        TakeSpaces();
        if (_rest.IsEmpty)
        {
            return true;
        }

        if (Peek('+') || Peek('-'))
        {
            return TryOffset() && TryRegion();
        }

        int letters = Letters();
        int hours = letters switch
        {
            1 when (_rest[0] | 32) == 'z' => 0,
            2 when System.Text.Ascii.EqualsIgnoreCase(_rest[..2], "ut"u8) => 0,
            3 => Index("utcgmtestedtcstcdtmstmdtpstpdt"u8) is var zone and >= 0 ? zone < 2 ? 0 : -5 - ((zone - 2) / 2) + (zone % 2) : int.MinValue,
            _ => int.MinValue,
        };
        if (hours == int.MinValue)
        {
            return false;
        }

        _zoneMs = hours * 3_600_000L;
        _rest = _rest[letters..];
        return TryRegion();
    }

    /// <summary>+HH, +HHMM, +HH:MM, +HH:MM:SS.</summary>
    private bool TryOffset()
    {
        int sign = Peek('-') ? -1 : 1;
        _rest = _rest[1..];
        if (!TryDigits(2, out int hours))
        {
            return false;
        }

        int minutes = 0;
        int seconds = 0;
        bool read = true;
        if (IsDigit(0))
        {
            read = TryDigits(2, out minutes);
        }
        else if (Take(':'))
        {
            read = TryDigits(2, out minutes) && (!Take(':') || TryDigits(2, out seconds));
        }

        _zoneMs = ((hours * 3600L) + (minutes * 60L) + seconds) * 1000 * sign;
        return read && hours <= 23 && minutes <= 59 && seconds <= 59;
    }

    /// <summary>A region in brackets or parentheses behind the offset repeats it: +01:00[Europe/Paris], +0100 (CET).</summary>
    private bool TryRegion()
    {
        TakeSpaces();
        if (_rest.Length > 2 && ((_rest[0] == '[' && _rest[^1] == ']') || (_rest[0] == '(' && _rest[^1] == ')')))
        {
            _rest = default;
        }

        return true;
    }

    private readonly int Letters()
    {
        int letters = 0;
        while (letters < _rest.Length && char.IsAsciiLetter((char)_rest[letters]))
        {
            letters++;
        }

        return letters;
    }

    /// <summary>Which of the names of three letters the text begins with; -1 for none.</summary>
    private readonly int Index(ReadOnlySpan<byte> names)
    {
        for (int at = 0; at < names.Length; at += 3)
        {
            if (System.Text.Ascii.EqualsIgnoreCase(_rest[..3], names.Slice(at, 3)))
            {
                return at / 3;
            }
        }

        return -1;
    }

    private readonly bool IsDigit(int index) => index < _rest.Length && char.IsAsciiDigit((char)_rest[index]);

    private readonly bool Peek(char expected) => _rest.Length > 0 && _rest[0] == expected;

    private bool Take(char expected)
    {
        bool isThere = Peek(expected);
        _rest = isThere ? _rest[1..] : _rest;
        return isThere;
    }

    /// <summary>Whether there were spaces.</summary>
    private bool TakeSpaces()
    {
        int before = _rest.Length;
        _rest = _rest.TrimStart((byte)' ');
        return _rest.Length < before;
    }

    private bool TryShortNumber(out int value)
    {
        int digits = IsDigit(1) ? 2 : 1;
        return TryDigits(digits, out value);
    }

    private bool TryDigits(int count, out int value)
    {
        value = 0;
        for (int i = 0; i < count; i++)
        {
            if (!IsDigit(i))
            {
                return false;
            }

            value = (value * 10) + (_rest[i] - '0');
        }

        _rest = _rest[count..];
        return true;
    }
}
