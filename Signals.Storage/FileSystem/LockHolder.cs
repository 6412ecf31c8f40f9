using System.Globalization;
using System.Text;

namespace Signals.Storage.FileSystem;

/// <summary>
/// Finds out who holds a lock file without touching the lock: trying it, however shortly, could make a process fail that opens the store
/// at that moment.
/// </summary>
/// <remarks>Thread contract: any thread; stateless.</remarks>
internal static class LockHolder
{
    private const string SystemLocks = "/proc/locks";
    private const string Unknown = "another process";
    private const int MostOwnerBytes = 512;

    /// <summary>
    /// The holder as it wrote itself into the lock file; null when nobody holds it, or when the system does not tell. On Linux the system
    /// tells of processes in the same container, or in containers below.
    /// </summary>
    /// <param name="files">The file system of the lock file.</param>
    /// <param name="path">The lock file.</param>
    public static string? Find(IFileSystem files, string path)
    {
        if (!files.FileExists(path))
        {
            return null;
        }

        if (OperatingSystem.IsWindows())
        {
            return IsRefused(files, path) ? Unknown : null;
        }

        // Elsewhere no such list is known, and the base class library locks every file that it opens.
        return OperatingSystem.IsLinux()
            && files.IdentityOf(path) is { } identity
            && File.Exists(SystemLocks)
            && ReadOwner(files, path) is var owner
            && File.ReadLines(SystemLocks).Any(line => IsHold(line, identity, owner))
                ? owner
                : null;
    }

    /// <summary>
    /// Whether a line of the system's list is a hold of the file: <c>2: FLOCK ADVISORY WRITE 20115 fe:00:11854669 0 EOF</c>. Some file
    /// systems list another device than files say they are on; there the process has to be the one that the file names.
    /// </summary>
    internal static bool IsHold(string line, FileIdentity file, string owner)
    {
        string[] words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (words.Length < 6 || words[1] != "FLOCK" || words[3] != "WRITE" || words[5].Split(':') is not [var major, var minor, var inode])
        {
            return false;
        }

        bool isDevice = uint.TryParse(major, NumberStyles.HexNumber, CultureInfo.InvariantCulture, out uint high)
            && uint.TryParse(minor, NumberStyles.HexNumber, CultureInfo.InvariantCulture, out uint low)
            && (((ulong)high << 32) | low) == file.Device;
        return inode == file.Inode.ToString(CultureInfo.InvariantCulture)
            && (isDevice || owner.StartsWith($"process {words[4]} ", StringComparison.Ordinal));
    }

    // The holder's handle forbids every other one.
    private static bool IsRefused(IFileSystem files, string path)
    {
        try
        {
            files.Open(path, FileOpenMode.ReadForeign).Dispose();
            return false;
        }
        catch (FileOperationException)
        {
            return true;
        }
    }

    private static string ReadOwner(IFileSystem files, string path)
    {
        using IFile file = files.Open(path, FileOpenMode.ReadForeign);
        Span<byte> bytes = stackalloc byte[MostOwnerBytes];
        int count = file.Read(0, bytes);
        return count > 0 ? Encoding.UTF8.GetString(bytes[..count]) : Unknown;
    }
}
