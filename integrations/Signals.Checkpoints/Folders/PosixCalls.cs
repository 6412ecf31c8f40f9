using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Signals.Checkpoints.Folders;

/// <summary>
/// The system calls that .NET has no exact form of: a link that fails when the name is there, and syncs whose errors are seen. Thread
/// contract: any thread.
/// </summary>
internal static partial class PosixCalls
{
    public const int ReadOnly = 0;
    public const int Exists = 17; // EEXIST
    public const uint StartWriting = 2; // SYNC_FILE_RANGE_WRITE

    [LibraryImport("libc", EntryPoint = "link", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Link(string from, string to);

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    public static partial int FSync(SafeFileHandle file);

    /// <summary>Linux only.</summary>
    [LibraryImport("libc", EntryPoint = "sync_file_range", SetLastError = true)]
    public static partial int SyncFileRange(SafeFileHandle file, long offset, long length, uint flags);
}
