using System.Numerics;

namespace Signals.Storage.Primitives;

/// <summary>
/// Time windows: half-open ranges of fixed length, counted from the Unix epoch. Two neighbouring windows form a pair, two
/// neighbouring pairs form a range of four windows, and so on. So of two such ranges either one contains the other or they do not
/// overlap. This aligns tables of several windows with one another. Pure functions; any thread.
/// </summary>
internal static class TimeWindow
{
    private const ulong SignBit = 1UL << 63;

    /// <summary>The start of the window that holds a time. Times before the epoch are supported.</summary>
    public static long StartOf(long timeMs, TimeSpan window)
    {
        long length = (long)window.TotalMilliseconds;
        long offset = timeMs % length;
        return timeMs - (offset < 0 ? offset + length : offset);
    }

    /// <summary>
    /// The number of the window that holds a time. Numbers ascend with time; windows before the epoch have numbers below 2^63.
    /// </summary>
    public static ulong IndexOf(long timeMs, TimeSpan window)
    {
        long length = (long)window.TotalMilliseconds;
        long index = timeMs / length;
        return (ulong)(timeMs % length < 0 ? index - 1 : index) ^ SignBit;
    }

    /// <summary>
    /// How often windows must be paired up before one range holds both windows. 0 when both are the same window.
    /// </summary>
    public static int LevelOf(ulong first, ulong last) => 64 - BitOperations.LeadingZeroCount(first ^ last);

    /// <summary>The number of the range of a level that holds a window.</summary>
    public static ulong RangeOf(ulong index, int level) => level < 64 ? index >> level : 0;
}
