using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Signals.Checkpoints.Folders;

/// <summary>
/// Durable changes of a folder: files that are synced before they have a name, names that are never taken over, and synced folders.
/// Thread contract: any thread; stateless. Two processes may work in one folder.
/// </summary>
internal static class DurableFolder
{
    private const int Interrupted = 4; // EINTR

    /// <summary>Creates a folder that only its owner may enter, durably. Nothing happens when it exists.</summary>
    public static void Create(string path)
    {
        if (Directory.Exists(path))
        {
            return;
        }

        string? parent = Path.GetDirectoryName(path);
        if (!string.IsNullOrEmpty(parent))
        {
            Create(parent);
        }

        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(path);
        }
        else
        {
            Directory.CreateDirectory(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }

        if (!string.IsNullOrEmpty(parent))
        {
            Sync(parent);
        }
    }

    /// <summary>Opens a new file that only its owner may read.</summary>
    public static FileStream CreateFile(string path)
    {
        FileStreamOptions options = new()
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.ReadWrite,
            Options = FileOptions.Asynchronous,
            BufferSize = 0,
        };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        return new FileStream(path, options);
    }

    /// <summary>Makes a file's content durable. .NET's own flush hides errors of fsync on Linux.</summary>
    public static void Sync(SafeFileHandle file, string path)
    {
        if (OperatingSystem.IsWindows())
        {
            RandomAccess.FlushToDisk(file);
            return;
        }

        while (PosixCalls.FSync(file) != 0)
        {
            if (Marshal.GetLastPInvokeError() != Interrupted)
            {
                throw new IOException($"fsync of '{path}' failed: {Marshal.GetLastPInvokeErrorMessage()}.");
            }
        }
    }

    /// <summary>
    /// Asks the system to begin with writing a part of a file to the disk, so that a later sync waits for less. It promises nothing:
    /// whether the bytes arrived is what the sync says, and so its own result does not matter.
    /// </summary>
    public static void StartWriting(SafeFileHandle file, long offset, long length)
    {
        if (OperatingSystem.IsLinux())
        {
            _ = PosixCalls.SyncFileRange(file, offset, length, PosixCalls.StartWriting);
        }
    }

    /// <summary>Makes the names in a folder durable. Windows does that by itself.</summary>
    public static void Sync(string folder)
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        int opened = PosixCalls.Open(folder, PosixCalls.ReadOnly);
        if (opened < 0)
        {
            throw new IOException($"open of '{folder}' failed: {Marshal.GetLastPInvokeErrorMessage()}.");
        }

        using SafeFileHandle handle = new(opened, ownsHandle: true);
        Sync(handle, folder);
    }

    /// <summary>
    /// Gives a file its name if no file has it. Not <c>File.Move</c>: on Unix it looks for the name and then renames, so of two callers
    /// both could succeed. A link fails for all callers but one.
    /// </summary>
    /// <returns>False when a file has the name.</returns>
    public static bool TryName(string temporary, string path)
    {
        if (OperatingSystem.IsWindows())
        {
            try
            {
                File.Move(temporary, path, overwrite: false);
                return true;
            }
            catch (IOException) when (File.Exists(path))
            {
                return false;
            }
        }

        bool named = PosixCalls.Link(temporary, path) == 0;
        if (!named && Marshal.GetLastPInvokeError() != PosixCalls.Exists)
        {
            throw new IOException(
                $"link of '{temporary}' to '{path}' failed: {Marshal.GetLastPInvokeErrorMessage()}. "
                + "A folder of checkpoints needs a file system with hard links.");
        }

        return named;
    }
}
