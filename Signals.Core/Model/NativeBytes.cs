namespace Signals.Core.Model;

/// <summary>
/// Counts native memory as it is taken, beside what the runtime counts of managed memory, so that tests see all that an input
/// makes a reader take, and that memory that has an owner is given back. Any thread; each has a count of its own of what it took.
/// </summary>
internal static class NativeBytes
{
    [ThreadStatic]
    private static long _taken;

    private static long _held; // interlocked

    /// <summary>What this thread has taken so far, whether or not it was given back.</summary>
    public static long TakenByThisThread => _taken;

    /// <summary>What every <see cref="OwnedMemory"/> of the process holds now.</summary>
    public static long HeldByOwners => Volatile.Read(ref _held);

    /// <summary>Notes memory that the thread takes.</summary>
    public static void Note(long bytes) => _taken += bytes;

    /// <summary>Notes memory of an owner that is taken, or below zero given back.</summary>
    public static void NoteHeld(long bytes) => Interlocked.Add(ref _held, bytes);
}
