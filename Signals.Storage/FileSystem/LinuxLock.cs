using Microsoft.Win32.SafeHandles;

namespace Signals.Storage.FileSystem;

/// <summary>
/// A lock taken with <c>flock</c>. Device and inode tell whether the path still leads to the locked file. Thread contract: any
/// thread. Owns the file.
/// </summary>
internal sealed class LinuxLock(LinuxFile file, SafeFileHandle handle) : IFileLock
{
    private readonly FileIdentity _held = LinuxCalls.TryIdentify(handle, out FileIdentity identity)
        ? identity
        : throw LinuxCalls.LastError("statx", file.Path);

    /// <summary>The locked file.</summary>
    public LinuxFile File => file;

    // When the path cannot be looked up, the owner cannot know that no other process has the store. So the lock does not count as
    // held.
    public bool IsHeld => LinuxCalls.TryIdentify(file.Path, out FileIdentity found) && found == _held;

    // Closing alone is not enough: a process that this one starts at the same moment has the file as well until it runs its program.
    public void Dispose()
    {
        if (!handle.IsClosed)
        {
            _ = LinuxCalls.FLock(handle, LinuxCalls.LockRelease); // Should it fail, closing releases the lock a moment later.
        }

        file.Dispose();
    }
}
