using System.Diagnostics;
using System.Text;

namespace Signals.Storage.FileSystem;

/// <summary>
/// Writes and reads the line in a lock file that names the process that holds it. Thread contract: any thread; stateless.
/// </summary>
internal static class LockOwner
{
    private const int MaxBytes = 512;

    private static ReadOnlySpan<byte> Prefix => "process "u8;

    /// <summary>Describes this process in one line.</summary>
    public static string Describe()
    {
        using Process self = Process.GetCurrentProcess();
        return $"process {Environment.ProcessId} ({self.ProcessName}) on {Environment.MachineName}";
    }

    /// <summary>
    /// Writes this process into a lock file that it holds. The first owner is made durable before anything else is written: after a
    /// power cut, the lock file proves that the leftovers of an interrupted creation of a store belong to this library.
    /// </summary>
    /// <exception cref="FileOperationException">The file is not a lock file; it is not changed.</exception>
    public static void Record(IFileSystem files, IFile file)
    {
        if (!IsOurs(file))
        {
            throw new FileOperationException(
                "lock",
                file.Path,
                "the file belongs to another program: it is not empty and names no owner of a lock; choose another folder");
        }

        // The file is overwritten in place, so that it names an owner at every moment.
        bool isFirst = file.Length == 0;
        byte[] owner = Encoding.UTF8.GetBytes(Describe());
        file.Write(0, owner);
        file.SetLength(owner.Length);
        if (isFirst)
        {
            file.Sync();
            files.SyncDirectory(Path.GetDirectoryName(file.Path)!);
        }
    }

    /// <summary>Whether a file is a lock file: it is empty or names an owner.</summary>
    public static bool IsOurs(IFile file)
    {
        Span<byte> bytes = stackalloc byte[MaxBytes + 1];
        int count = file.Read(0, bytes);
        return count == 0 || (count <= MaxBytes && bytes[..count].StartsWith(Prefix));
    }

    /// <summary>Whether a file that is not open is a lock file: empty, or naming an owner.</summary>
    /// <param name="files">The file system.</param>
    /// <param name="path">The file.</param>
    /// <param name="isNamed">Whether it names an owner.</param>
    public static bool IsOurs(IFileSystem files, string path, out bool isNamed)
    {
        isNamed = false;
        try
        {
            using IFile file = files.Open(path, FileOpenMode.ReadForeign);
            isNamed = file.Length > 0 && IsOurs(file);
            return IsOurs(file);
        }
        catch (FileOperationException) when (!OperatingSystem.IsLinux())
        {
            return isNamed = true; // held by another process, which the attempt to lock says
        }
    }

    /// <summary>The exception for a lock file that another process holds.</summary>
    public static StoreLockedException Locked(IFile file)
    {
        Span<byte> bytes = stackalloc byte[MaxBytes];
        int count = file.Read(0, bytes);
        return new StoreLockedException(file.Path, count > 0 ? Encoding.UTF8.GetString(bytes[..count]) : "an unknown process");
    }
}
