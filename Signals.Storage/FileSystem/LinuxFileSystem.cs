using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Signals.Storage.FileSystem;

/// <summary>
/// The file system through Linux system calls; every error is reported. Thread contract: any thread; stateless.
/// </summary>
internal sealed class LinuxFileSystem : IFileSystem
{
    private const uint OwnerFile = 0x180;      // 0600
    private const uint OwnerDirectory = 0x1C0; // 0700
    private const int MostLockTries = 100;

    public IFile Open(string path, FileOpenMode mode)
    {
        int flags = mode switch
        {
            FileOpenMode.CreateNew => LinuxCalls.ReadWrite | LinuxCalls.Create | LinuxCalls.Exclusive,
            FileOpenMode.ReadWrite => LinuxCalls.ReadWrite,
            FileOpenMode.Read => LinuxCalls.ReadOnly,
            FileOpenMode.ReadForeign => LinuxCalls.ReadOnly | LinuxCalls.NoFollow | LinuxCalls.NonBlocking,
            _ => throw new ArgumentOutOfRangeException(nameof(mode)),
        };
        SafeFileHandle handle = OpenHandle(path, flags);
        if (mode == FileOpenMode.ReadForeign)
        {
            RequireRegular(handle, path);
        }
        else if (mode == FileOpenMode.CreateNew)
        {
            KeepForOwner(handle, path);
        }

        return new LinuxFile(handle, path);
    }

    public bool FileExists(string path) => File.Exists(path);

    public bool DirectoryExists(string path) => Directory.Exists(path);

    public void CreateDirectory(string path)
    {
        string full = Path.TrimEndingDirectorySeparator(Path.GetFullPath(path));
        if (Path.GetDirectoryName(full) is not { } parent)
        {
            return;
        }

        if (!Directory.Exists(full))
        {
            CreateDirectory(parent);
            // Another process may have created the directory meanwhile. A file of that name is an error.
            if (LinuxCalls.MakeDirectory(full, OwnerDirectory) == 0)
            {
                if (LinuxCalls.ChMod(full, OwnerDirectory) != 0)
                {
                    throw LinuxCalls.LastError("chmod", full);
                }
            }
            // The error is read before Directory.Exists, whose system call overwrites it.
            else if (Marshal.GetLastPInvokeError() is var error && (error != LinuxCalls.Eexist || !Directory.Exists(full)))
            {
                throw LinuxCalls.Error("mkdir", full, error);
            }
        }

        // This is done even if the directory existed: the process that created it may have died before this line.
        SyncDirectory(parent);
    }

    public void Rename(string from, string to)
    {
        if (LinuxCalls.Rename(from, to) != 0)
        {
            throw LinuxCalls.LastError("rename", $"{from}' to '{to}");
        }
    }

    public bool TryLink(string from, string to)
    {
        if (LinuxCalls.Link(from, to) == 0)
        {
            return true;
        }

        return Marshal.GetLastPInvokeError() is LinuxCalls.Exdev or LinuxCalls.Eperm or LinuxCalls.Emlink or LinuxCalls.Eopnotsupp
            ? false
            : throw LinuxCalls.LastError("link", $"{from}' to '{to}");
    }

    public void RenameDirectory(string from, string to)
    {
        if (Directory.Exists(to))
        {
            throw LinuxCalls.Error("rename", $"{from}' to '{to}", LinuxCalls.Eexist);
        }

        Rename(from, to);
    }

    public void DeleteDirectory(string path)
    {
        if (LinuxCalls.RemoveDirectory(path) != 0)
        {
            throw LinuxCalls.LastError("rmdir", path);
        }
    }

    public void Delete(string path)
    {
        if (LinuxCalls.Unlink(path) != 0)
        {
            throw LinuxCalls.LastError("unlink", path);
        }
    }

    public void SyncDirectory(string path)
    {
        using SafeFileHandle handle = OpenHandle(path, LinuxCalls.ReadOnly | LinuxCalls.Directory);
        while (LinuxCalls.FSync(handle) != 0)
        {
            if (!LinuxCalls.WasInterrupted)
            {
                throw LinuxCalls.LastError("fsync", path);
            }
        }
    }

    public IReadOnlyList<string> ListFiles(string directory) =>
        LibraryCalls.Run<string[]>(
            "list", directory, () => [.. Directory.EnumerateFiles(directory).Select(path => Path.GetFileName(path))]);

    public IReadOnlyList<string> ListDirectories(string directory) =>
        LibraryCalls.Run<string[]>(
            "list", directory, () => [.. Directory.EnumerateDirectories(directory).Select(path => Path.GetFileName(path))]);

    public FileIdentity? IdentityOf(string path)
    {
        if (LinuxCalls.TryIdentify(path, out FileIdentity identity))
        {
            return identity;
        }

        return Marshal.GetLastPInvokeError() is LinuxCalls.Enoent or LinuxCalls.Enotdir
            ? null
            : throw LinuxCalls.LastError("statx", path);
    }

    public IFileLock Lock(string path)
    {
        // Whoever deletes a lock file does so while holding it. A file that was opened before that and locked after it locks nobody out.
        for (int i = 0; i < MostLockTries; i++)
        {
            LinuxLock held = LockFile(path);
            if (held.IsHeld)
            {
                return Owned(held);
            }

            held.Dispose();
        }

        throw new FileOperationException("flock", path, "the file was replaced each time it was locked; let no other program delete it");
    }

    public long AvailableBytes(string directory) =>
        LibraryCalls.Run("statfs", directory, () => new DriveInfo(directory).AvailableFreeSpace);

    private static LinuxLock LockFile(string path)
    {
        // NonBlocking keeps a pipe from blocking the call, and NoFollow keeps a link from leading elsewhere. Anything that is not
        // a regular file is refused before it is written.
        var file = OpenHandle(path, LinuxCalls.ReadWrite | LinuxCalls.Create | LinuxCalls.NoFollow | LinuxCalls.NonBlocking);
        RequireRegular(file, path);
        var lockFile = new LinuxFile(file, path);
        while (LinuxCalls.FLock(file, LinuxCalls.LockExclusive | LinuxCalls.LockNonBlocking) != 0)
        {
            int error = Marshal.GetLastPInvokeError();
            if (error == LinuxCalls.Eintr)
            {
                continue;
            }

            using (lockFile)
            {
                throw error == LinuxCalls.Eagain ? LockOwner.Locked(lockFile) : LinuxCalls.Error("flock", path, error);
            }
        }

        try
        {
            return new LinuxLock(lockFile, file);
        }
        catch
        {
            lockFile.Dispose();
            throw;
        }
    }

    private LinuxLock Owned(LinuxLock held)
    {
        try
        {
            LockOwner.Record(this, held.File);
            return held;
        }
        catch
        {
            held.Dispose();
            throw;
        }
    }

    private static void RequireRegular(SafeFileHandle handle, string path)
    {
        int mode = ModeOf(handle) & LinuxCalls.TypeMask;

        if (mode != LinuxCalls.Regular)
        {
            using (handle)
            {
                throw mode == 0
                    ? LinuxCalls.LastError("statx", path)
                    : new FileOperationException("open", path, $"it is {NameOf(mode)}, not a regular file");
            }
        }
    }

    // The umask of the process clears mode bits of new files, and it may have changed since the store was opened.
    private static void KeepForOwner(SafeFileHandle handle, string path)
    {
        if ((ModeOf(handle) & OwnerFile) != OwnerFile && LinuxCalls.FChMod(handle, OwnerFile) != 0)
        {
            using (handle)
            {
                throw LinuxCalls.LastError("fchmod", path);
            }
        }
    }

    /// <summary>Type and permissions of an open file; 0 when the system call fails.</summary>
    private static unsafe int ModeOf(SafeFileHandle handle)
    {
        byte* stat = stackalloc byte[LinuxCalls.StatBytes];
        return LinuxCalls.StatX(handle, "", LinuxCalls.AtEmptyPath, LinuxCalls.StatTypeMask | LinuxCalls.StatModeMask, stat) == 0
            ? *(ushort*)(stat + LinuxCalls.StatModeAt)
            : 0;
    }

    private static string NameOf(int mode) => mode switch
    {
        LinuxCalls.DirectoryType => "a directory",
        LinuxCalls.Pipe => "a pipe",
        LinuxCalls.Socket => "a socket",
        LinuxCalls.SymbolicLink => "a symbolic link",
        _ => "a device",
    };

    private static SafeFileHandle OpenHandle(string path, int flags)
    {
        while (true)
        {
            int descriptor = LinuxCalls.Open(path, flags | LinuxCalls.CloseOnExec, OwnerFile);
            if (descriptor >= 0)
            {
                return new SafeFileHandle(descriptor, ownsHandle: true);
            }

            if (!LinuxCalls.WasInterrupted)
            {
                throw LinuxCalls.LastError("open", path);
            }
        }
    }
}
