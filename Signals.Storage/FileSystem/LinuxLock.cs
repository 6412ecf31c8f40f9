using Microsoft.Win32.SafeHandles;

namespace Signals.Storage.FileSystem;

/// <summary>A lock by <c>flock</c>, told from others by device and inode. Threads: any. Owns the file.</summary>
internal sealed class LinuxLock(LinuxFile file, SafeFileHandle handle) : IFileLock
{
    private readonly FileIdentity _held = LinuxCalls.TryIdentify(handle, out FileIdentity identity)
        ? identity
        : throw LinuxCalls.LastError("statx", file.Path);

    // Whatever keeps the path from being looked up keeps the owner from knowing that nobody else has the store.
    public bool IsHeld => LinuxCalls.TryIdentify(file.Path, out FileIdentity found) && found == _held;

    public void Dispose() => file.Dispose();
}
