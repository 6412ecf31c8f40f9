using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Signals.Bench.Cold;

/// <summary>Takes files out of the system's page cache. Linux alone.</summary>
internal static partial class PageCache
{
    private const int DontNeed = 4; // POSIX_FADV_DONTNEED

    /// <summary>Drops the files of a folder whose names end so, written ones synced first, since dirty pages stay.</summary>
    public static void Drop(string folder, string end)
    {
        foreach (string file in Directory.EnumerateFiles(folder, $"*{end}", SearchOption.AllDirectories))
        {
            try
            {
                using SafeFileHandle handle = File.OpenHandle(file, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);
                RandomAccess.FlushToDisk(handle);
                Drop(handle);
            }
            catch (FileNotFoundException)
            {
                // The store renamed or deleted it meanwhile: a file in the making, which no read needs.
            }
        }
    }

    /// <exception cref="IOException">The system refused.</exception>
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
