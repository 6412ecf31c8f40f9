using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Signals.Storage.FileSystem;

/// <summary>
/// System calls of 64-bit Linux (x64 and arm64) that the base class library does not offer or whose errors it swallows. Thread
/// contract: any thread. Each call sets the last P/Invoke error.
/// </summary>
internal static unsafe partial class LinuxCalls
{
    public const int ReadOnly = 0, ReadWrite = 2, Create = 0x40, Exclusive = 0x80, CloseOnExec = 0x80000;
    public const int NonBlocking = 0x800;
    public const int SeekEnd = 2;
    public const uint SyncFileRangeWrite = 2;

    /// <summary>POSIX_FADV_RANDOM and POSIX_FADV_WILLNEED.</summary>
    public const int AdviseRandom = 1, AdviseWillNeed = 3;

    public const int LockExclusive = 2, LockNonBlocking = 4, LockRelease = 8;
    public const int Eperm = 1, Enoent = 2, Eintr = 4, Eio = 5, Eagain = 11, Eexist = 17, Exdev = 18, Enotdir = 20;
    public const int Enfile = 23, Emfile = 24, Emlink = 31, Eopnotsupp = 95;

    /// <summary>
    /// Flag of <see cref="StatX"/> that takes the file of the descriptor when the path is empty, and the masks that ask for the
    /// file type and the mode.
    /// </summary>
    public const int AtEmptyPath = 0x1000, StatTypeMask = 1, StatModeMask = 2;

    /// <summary>The number of bytes that <see cref="StatX"/> writes, and the offset of the mode (u16) in them.</summary>
    public const int StatBytes = 256, StatModeAt = 28;

    /// <summary>
    /// The mask that asks for the inode. Below: the offsets of the inode (u64) and of the two halves of the device number (u32
    /// each).
    /// </summary>
    public const uint StatInodeMask = 0x100;
    public const int StatInodeAt = 32, StatMajorAt = 136, StatMinorAt = 140;

    /// <summary>AT_FDCWD. All paths are absolute, so its meaning does not matter.</summary>
    public const int AtCurrentDirectory = -100;

    /// <summary>The bits of a mode that hold the file type, and the file types.</summary>
    public const int TypeMask = 0xF000, Regular = 0x8000, SymbolicLink = 0xA000, DirectoryType = 0x4000, Pipe = 0x1000, Socket = 0xC000;

    /// <summary>O_DIRECTORY, one of the few flags whose value depends on the processor.</summary>
    public static int Directory => RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? 0x4000 : 0x10000;

    /// <summary>O_NOFOLLOW, whose value depends on the processor, too.</summary>
    public static int NoFollow => RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? 0x8000 : 0x20000;

    [LibraryImport("libc", EntryPoint = "statx", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int StatX(SafeFileHandle directory, string path, int flags, uint mask, byte* result);

    [LibraryImport("libc", EntryPoint = "statx", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int StatXAt(int directory, string path, int flags, uint mask, byte* result);

    [LibraryImport("libc", EntryPoint = "fchmod", SetLastError = true)]
    public static partial int FChMod(SafeFileHandle file, uint mode);

    [LibraryImport("libc", EntryPoint = "chmod", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int ChMod(string path, uint mode);

    [LibraryImport("libc", EntryPoint = "link", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Link(string from, string to);

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Open(string path, int flags, uint mode);

    [LibraryImport("libc", EntryPoint = "pread", SetLastError = true)]
    public static partial nint PRead(SafeFileHandle file, byte* buffer, nint count, long offset);

    [LibraryImport("libc", EntryPoint = "pwrite", SetLastError = true)]
    public static partial nint PWrite(SafeFileHandle file, byte* buffer, nint count, long offset);

    [LibraryImport("libc", EntryPoint = "pwritev", SetLastError = true)]
    public static partial nint PWriteV(SafeFileHandle file, IoVector* vectors, int count, long offset);

    [LibraryImport("libc", EntryPoint = "fdatasync", SetLastError = true)]
    public static partial int FDataSync(SafeFileHandle file);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    public static partial int FSync(SafeFileHandle file);

    [LibraryImport("libc", EntryPoint = "sync_file_range", SetLastError = true)]
    public static partial int SyncFileRange(SafeFileHandle file, long offset, long length, uint flags);

    [LibraryImport("libc", EntryPoint = "posix_fadvise", SetLastError = true)]
    public static partial int FAdvise(SafeFileHandle file, long offset, long length, int advice);

    [LibraryImport("libc", EntryPoint = "ftruncate", SetLastError = true)]
    public static partial int FTruncate(SafeFileHandle file, long length);

    [LibraryImport("libc", EntryPoint = "lseek", SetLastError = true)]
    public static partial long LSeek(SafeFileHandle file, long offset, int origin);

    [LibraryImport("libc", EntryPoint = "flock", SetLastError = true)]
    public static partial int FLock(SafeFileHandle file, int operation);

    [LibraryImport("libc", EntryPoint = "rename", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Rename(string from, string to);

    [LibraryImport("libc", EntryPoint = "rmdir", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int RemoveDirectory(string path);

    [LibraryImport("libc", EntryPoint = "unlink", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Unlink(string path);

    [LibraryImport("libc", EntryPoint = "mkdir", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int MakeDirectory(string path, uint mode);

    /// <summary>
    /// Reads device and inode of the file that a path leads to after links are followed. When it returns false, the last P/Invoke
    /// error says why.
    /// </summary>
    public static bool TryIdentify(string path, out FileIdentity identity)
    {
        byte* stat = stackalloc byte[StatBytes];
        bool found = StatXAt(AtCurrentDirectory, path, 0, StatInodeMask, stat) == 0;
        identity = found ? IdentityIn(stat) : default;
        return found;
    }

    /// <summary>Reads device and inode of an open file. When it returns false, the last P/Invoke error says why.</summary>
    public static bool TryIdentify(SafeFileHandle file, out FileIdentity identity)
    {
        byte* stat = stackalloc byte[StatBytes];
        bool found = StatX(file, "", AtEmptyPath, StatInodeMask, stat) == 0;
        identity = found ? IdentityIn(stat) : default;
        return found;
    }

    private static FileIdentity IdentityIn(byte* stat) =>
        new(((ulong)*(uint*)(stat + StatMajorAt) << 32) | *(uint*)(stat + StatMinorAt), *(ulong*)(stat + StatInodeAt));

    /// <summary>Builds the exception for the call that has just failed.</summary>
    public static FileOperationException LastError(string operation, string path) =>
        Error(operation, path, Marshal.GetLastPInvokeError());

    /// <summary>Builds the exception for a known errno.</summary>
    public static FileOperationException Error(string operation, string path, int error) =>
        new(operation, path, $"{NameOf(error)} ({Marshal.GetPInvokeErrorMessage(error)})")
        {
            IsHandleShortage = error is Enfile or Emfile,
        };

    /// <summary>
    /// Whether the call that has just failed was interrupted by a signal. This is the only failure that is ever retried.
    /// </summary>
    public static bool WasInterrupted => Marshal.GetLastPInvokeError() == Eintr;

    private static string NameOf(int error) => error switch
    {
        Eperm => "EPERM",
        Enoent => "ENOENT",
        Eintr => "EINTR",
        Eio => "EIO",
        9 => "EBADF",
        Eagain => "EAGAIN",
        12 => "ENOMEM",
        13 => "EACCES",
        Eexist => "EEXIST",
        Exdev => "EXDEV",
        39 => "ENOTEMPTY",
        Enotdir => "ENOTDIR",
        21 => "EISDIR",
        22 => "EINVAL",
        Enfile => "ENFILE",
        Emfile => "EMFILE",
        27 => "EFBIG",
        28 => "ENOSPC",
        30 => "EROFS",
        36 => "ENAMETOOLONG",
        40 => "ELOOP",
        Emlink => "EMLINK",
        Eopnotsupp => "EOPNOTSUPP",
        122 => "EDQUOT",
        _ => $"errno {error}",
    };
}
