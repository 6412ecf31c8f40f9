using System.Runtime.InteropServices;

namespace Signals.Storage.FileSystem;

/// <summary>Chooses the file system for the machine. Threads: any. Holds nothing.</summary>
internal static class FileSystems
{
    /// <summary>The system calls of 64-bit Linux where they are known, else the base class library.</summary>
    public static IFileSystem ForThisMachine() => IsKnownLinux ? new LinuxFileSystem() : new PortableFileSystem();

    private static bool IsKnownLinux =>
        OperatingSystem.IsLinux() && RuntimeInformation.ProcessArchitecture is Architecture.X64 or Architecture.Arm64;
}
