using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Signals.Training.Making;

/// <summary>
/// Makes files and names durable. On Linux the system call is made here, because the library's flush hides its errors; Windows syncs
/// names by itself. What writes training sets compiles this file, too. Thread contract: any thread; no state.
/// </summary>
internal static partial class DurableFiles
{
    private const int ReadOnly = 0;
    private const int Interrupted = 4; // EINTR

    /// <summary>Makes the bytes of a file durable.</summary>
    /// <exception cref="IOException">The disk reported an error.</exception>
    public static void SyncFile(string path)
    {
        if (OperatingSystem.IsWindows())
        {
            using FileStream file = new(path, FileMode.Open, FileAccess.ReadWrite, FileShare.Read, bufferSize: 0);
            file.Flush(flushToDisk: true);
            return;
        }

        SyncPath(path);
    }

    /// <summary>Makes the names in a folder durable.</summary>
    /// <exception cref="IOException">The disk reported an error.</exception>
    public static void SyncFolder(string path)
    {
        if (!OperatingSystem.IsWindows())
        {
            SyncPath(path);
        }
    }

    private static void SyncPath(string path)
    {
        int opened = Open(path, ReadOnly);
        if (opened < 0)
        {
            throw new IOException($"'{path}' cannot be opened to sync it: {Marshal.GetLastPInvokeErrorMessage()}.");
        }

        using SafeFileHandle handle = new(opened, ownsHandle: true);
        while (Sync(handle) != 0)
        {
            if (Marshal.GetLastPInvokeError() != Interrupted)
            {
                throw new IOException($"'{path}' cannot be synced: {Marshal.GetLastPInvokeErrorMessage()}.");
            }
        }
    }

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int Sync(SafeFileHandle file);
}
