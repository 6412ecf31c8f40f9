namespace Signals.Core.Schema;

/// <summary>
/// The limits of a schema and the checks that enforce them. The builders and <see cref="SchemaSerializer"/> share them, so a
/// stored schema obeys the same rules as a declared one. Pure. Every check throws <see cref="ArgumentException"/> and names what
/// it found.
/// </summary>
internal static class SchemaLimits
{
    public const int MaxEventTypes = 1024;
    public const int MaxColumns = 1024;
    public const int MaxNameLength = 128;
    public const int MaxFormerNames = 32;
    public const int MaxDimensions = 16_384;

    public static readonly TimeSpan MinWindow = TimeSpan.FromMinutes(1);
    public static readonly TimeSpan MaxWindow = TimeSpan.FromDays(3650);
    public static readonly TimeSpan MaxMaxAge = TimeSpan.FromDays(365_000);

    private static readonly TimeSpan ShortestDefaultWindow = TimeSpan.FromHours(1);
    private static readonly TimeSpan LongestDefaultWindow = TimeSpan.FromDays(30);

    /// <summary>
    /// The default window: a sixteenth of the age, in whole milliseconds. Expiry by whole windows then keeps at most 1/16 too
    /// much.
    /// </summary>
    public static TimeSpan DefaultWindow(TimeSpan? maxAge)
    {
        if (maxAge is not { } age)
        {
            return LongestDefaultWindow;
        }

        TimeSpan window = TimeSpan.FromMilliseconds(age.Ticks / TimeSpan.TicksPerMillisecond / 16);
        return window < ShortestDefaultWindow ? ShortestDefaultWindow
            : window > LongestDefaultWindow ? LongestDefaultWindow
            : window;
    }

    public static void CheckName(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        if (name.Length is 0 or > MaxNameLength || !name.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '.' or '-'))
        {
            throw new ArgumentException(
                $"'{name}' is not a name: names are 1 to {MaxNameLength} letters, digits, '_', '.' or '-' of ASCII.", nameof(name));
        }
    }

    public static void CheckColumn(string name, ColumnType type, ColumnRole role)
    {
        CheckName(name);
        if (!Enum.IsDefined(type.Kind) || !Enum.IsDefined(role))
        {
            throw new ArgumentException($"Column '{name}' has the unknown kind {type.Kind} or role {role}.", nameof(type));
        }

        int most = type.IsVector ? MaxDimensions : 1;
        if (type.Dimensions < 1 || type.Dimensions > most)
        {
            throw new ArgumentException($"Column '{name}' has {type.Dimensions} dimensions; 1 to {most} are allowed.", nameof(type));
        }
    }

    public static void CheckKeepLast(int rows)
    {
        if (rows < 1)
        {
            throw new ArgumentOutOfRangeException(nameof(rows), rows, "KeepLast must be at least 1; leave it out to keep all events.");
        }
    }

    public static void CheckMaxAge(TimeSpan age) => CheckTime(age, TimeSpan.FromMilliseconds(1), MaxMaxAge, nameof(age));

    public static void CheckWindow(TimeSpan window) => CheckTime(window, MinWindow, MaxWindow, nameof(window));

    private static void CheckTime(TimeSpan value, TimeSpan least, TimeSpan most, string name)
    {
        if (value < least || value > most || value.Ticks % TimeSpan.TicksPerMillisecond != 0)
        {
            throw new ArgumentOutOfRangeException(name, value, $"The time must be whole milliseconds from {least} to {most}.");
        }
    }
}
