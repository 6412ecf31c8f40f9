using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Signals.Storage.FileSystem;

/// <summary>Chooses the file system for the machine. Threads: any. Holds nothing.</summary>
internal static class FileSystems
{
    /// <summary>The system calls of 64-bit Linux where they are known, else the base class library.</summary>
    public static IFileSystem ForThisMachine() => IsKnownLinux ? new LinuxFileSystem() : new PortableFileSystem();

    /// <summary>
    /// A path as it is meant now. Every public call that takes a path makes it absolute with this, at once: the current directory belongs to
    /// the process and may be another one by the time that the path is used.
    /// </summary>
    /// <exception cref="ArgumentException">The path is empty or no path.</exception>
    public static string Absolute(string path, [CallerArgumentExpression(nameof(path))] string? name = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path, name);
        return Path.GetFullPath(path);
    }

    private static bool IsKnownLinux =>
        OperatingSystem.IsLinux() && RuntimeInformation.ProcessArchitecture is Architecture.X64 or Architecture.Arm64;
}
