namespace Signals.Core.Model;

/// <summary>
/// Counts native memory as it is taken, beside what the runtime counts of managed memory, so that tests see all that an input
/// makes a reader take. Counts what was asked for, not what is given back. Any thread; each has a count of its own.
/// </summary>
internal static class NativeBytes
{
    [ThreadStatic]
    private static long _taken;

    /// <summary>What this thread has taken so far.</summary>
    public static long TakenByThisThread => _taken;

    /// <summary>Notes memory that the thread takes.</summary>
    public static void Note(long bytes) => _taken += bytes;
}
