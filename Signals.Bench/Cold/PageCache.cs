using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Signals.Bench.Cold;

/// <summary>Removes files from the system's page cache. Linux only.</summary>
internal static partial class PageCache
{
    private const int DontNeed = 4; // POSIX_FADV_DONTNEED

    /// <summary>
    /// Drops the files of a folder whose names have this end. Written files are synced first, because dirty pages stay in the
    /// cache.
    /// </summary>
    public static void Drop(string folder, string end)
    {
        foreach (string file in Directory.EnumerateFiles(folder, $"*{end}", SearchOption.AllDirectories))
        {
            try
            {
                using SafeFileHandle handle = File.OpenHandle(
                    file, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);
                RandomAccess.FlushToDisk(handle);
                Drop(handle);
            }
            catch (FileNotFoundException)
            {
                // The store renamed or deleted the file in the meantime. It was a file being written, which no read needs.
            }
        }
    }

    /// <exception cref="IOException">The system call failed.</exception>
    public static void Drop(SafeFileHandle file)
    {
        int error = Advise(file, 0, 0, DontNeed);
        if (error != 0)
        {
            throw new IOException($"posix_fadvise failed with error {error}.");
        }
    }

    [LibraryImport("libc", EntryPoint = "posix_fadvise")]
    private static partial int Advise(SafeFileHandle file, long offset, long length, int advice);
}
