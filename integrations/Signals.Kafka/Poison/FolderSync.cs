using System.ComponentModel;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Signals.Kafka.Poison;

/// <summary>
/// Makes files and the names in a folder survive a power cut. On Linux it calls the system itself, because the library can open no folder
/// and does not report a failed <c>fsync</c>; elsewhere the library syncs files, and folders need nothing. Any thread.
/// </summary>
internal static partial class FolderSync
{
    // O_RDONLY | O_CLOEXEC, and EINTR.
    private const int ReadOnly = 0x80000;
    private const int Interrupted = 4;

    /// <exception cref="IOException">The system could not do it.</exception>
    public static void SyncFile(FileStream file)
    {
        file.Flush(flushToDisk: !OperatingSystem.IsLinux());
        if (OperatingSystem.IsLinux())
        {
            Sync(file.SafeFileHandle, file.Name);
        }
    }

    /// <exception cref="IOException">The system could not do it.</exception>
    public static void SyncFolder(string path)
    {
        if (OperatingSystem.IsLinux())
        {
            using SafeFileHandle folder = new(Open(path, ReadOnly), ownsHandle: true);
            if (folder.IsInvalid)
            {
                throw Failed("open", path);
            }

            Sync(folder, path);
        }
    }

    private static void Sync(SafeFileHandle handle, string path)
    {
        while (FSync(handle) != 0)
        {
            if (Marshal.GetLastPInvokeError() != Interrupted)
            {
                throw Failed("sync", path);
            }
        }
    }

    private static IOException Failed(string verb, string path) =>
        new($"Could not {verb} '{path}': {new Win32Exception(Marshal.GetLastPInvokeError()).Message}.");

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int FSync(SafeFileHandle file);
}
