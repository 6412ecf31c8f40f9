using Signals.Storage.FileSystem;

namespace Signals.Tests.Simulation;

/// <summary>A held lock of a <see cref="SimFileSystem"/>; disposing it frees the path. Threads: any.</summary>
internal sealed class SimLock(SimFileSystem files, string path) : IFileLock
{
    public bool IsHeld => files.IsHeld(this, path);

    public void Dispose() => files.Unlock(this, path);
}
