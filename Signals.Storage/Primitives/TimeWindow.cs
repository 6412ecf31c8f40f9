using System.Numerics;

namespace Signals.Storage.Primitives;

/// <summary>
/// Time windows: closed-open ranges of fixed length, counted from the Unix epoch. Neighbours pair up, pairs pair up again and so on, so that
/// of two such ranges either one holds the other or they are apart: that is how tables of several windows are lined up with one another.
/// Pure; any thread.
/// </summary>
internal static class TimeWindow
{
    private const ulong SignBit = 1UL << 63;

    /// <summary>Start of the window that holds a time; for times before the epoch, too.</summary>
    public static long StartOf(long timeMs, TimeSpan window)
    {
        long length = (long)window.TotalMilliseconds;
        long offset = timeMs % length;
        return timeMs - (offset < 0 ? offset + length : offset);
    }

    /// <summary>Number of the window that holds a time: in the order of time, those before the epoch below 2^63.</summary>
    public static ulong IndexOf(long timeMs, TimeSpan window)
    {
        long length = (long)window.TotalMilliseconds;
        long index = timeMs / length;
        return (ulong)(timeMs % length < 0 ? index - 1 : index) ^ SignBit;
    }

    /// <summary>How often windows must pair up before one range holds both of these; 0 for one and the same window.</summary>
    public static int LevelOf(ulong first, ulong last) => 64 - BitOperations.LeadingZeroCount(first ^ last);

    /// <summary>Which of the ranges of a level holds a window.</summary>
    public static ulong RangeOf(ulong index, int level) => level < 64 ? index >> level : 0;
}
