using System.Runtime.InteropServices;

namespace Signals.Storage.Primitives;

/// <summary>Sets the niceness of threads.</summary>
/// <remarks>
/// Thread contract: a thread sets its own, once; a process without privileges cannot take it back. On systems other than Linux the
/// runtime's own priorities are used.
/// </remarks>
internal static partial class NiceThreads
{
    private const int OfThreads = 0; // PRIO_PROCESS, which means one thread on Linux
    private const int Calling = 0;

    /// <summary>Sets that of the calling thread. A hint: a system that refuses it treats the thread as the others.</summary>
    public static void SetOfThisThread(ThreadNiceness niceness)
    {
        if (niceness == ThreadNiceness.None)
        {
            return;
        }

        if (OperatingSystem.IsLinux())
        {
            _ = SetPriority(OfThreads, Calling, (int)niceness);
        }
        else
        {
            Thread.CurrentThread.Priority = niceness == ThreadNiceness.Some ? ThreadPriority.BelowNormal : ThreadPriority.Lowest;
        }
    }

    [LibraryImport("libc", EntryPoint = "setpriority")]
    private static partial int SetPriority(int which, int who, int niceness);
}
