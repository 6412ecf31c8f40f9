using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Signals.Storage.FileSystem;

/// <summary>Chooses the file system implementation for this machine. Thread contract: any thread; stateless.</summary>
internal static class FileSystems
{
    /// <summary>System calls on 64-bit Linux (x64 and arm64); the base class library everywhere else.</summary>
    public static IFileSystem ForThisMachine() => IsKnownLinux ? new LinuxFileSystem() : new PortableFileSystem();

    /// <summary>
    /// Makes a path absolute. Every public call that takes a path does this first, because the current directory belongs to the
    /// process and may have changed by the time the path is used.
    /// </summary>
    /// <exception cref="ArgumentException">The path is empty or not a valid path.</exception>
    public static string Absolute(string path, [CallerArgumentExpression(nameof(path))] string? name = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path, name);
        return Path.GetFullPath(path);
    }

    private static bool IsKnownLinux =>
        OperatingSystem.IsLinux() && RuntimeInformation.ProcessArchitecture is Architecture.X64 or Architecture.Arm64;
}
