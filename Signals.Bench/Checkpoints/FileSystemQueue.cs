using System.Runtime.InteropServices;

namespace Signals.Bench.Checkpoints;

/// <summary>What the file system still has to do, such as giving back the room of deleted files. Any thread.</summary>
internal static partial class FileSystemQueue
{
    /// <summary>Waits until everything that was written or deleted is on the disk. Does nothing on Windows.</summary>
    public static void Drain()
    {
        if (!OperatingSystem.IsWindows())
        {
            Sync();
        }
    }

    [LibraryImport("libc", EntryPoint = "sync")]
    private static partial void Sync();
}
