namespace Signals.Storage.FileSystem;

/// <summary>
/// A lock file that is held. Threads: any. A script may delete or replace the file, and then another process can take it: who holds it asks
/// <see cref="IsHeld"/> before a change that only the owner may make. Lifetime: disposing it, or the end of the process, frees it.
/// </summary>
internal interface IFileLock : IDisposable
{
    /// <summary>Whether the file of the lock's path is still there, and the very one that is held.</summary>
    bool IsHeld { get; }
}
