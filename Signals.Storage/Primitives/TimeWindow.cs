namespace Signals.Storage.Primitives;

/// <summary>Time windows: closed-open ranges of fixed length, counted from the Unix epoch.</summary>
internal static class TimeWindow
{
    /// <summary>Start of the window that holds a time; for times before the epoch, too.</summary>
    public static long StartOf(long timeMs, TimeSpan window)
    {
        long length = (long)window.TotalMilliseconds;
        long offset = timeMs % length;
        return timeMs - (offset < 0 ? offset + length : offset);
    }
}
