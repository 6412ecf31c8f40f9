namespace Signals.Storage.FileSystem;

/// <summary>
/// A lock file that this process holds. A script may delete or replace the file, and then another process can take the lock. So
/// the holder checks <see cref="IsHeld"/> before each change that only the owner may make. Thread contract: any thread. Lifetime:
/// the lock is released when it is disposed or when the process ends.
/// </summary>
internal interface IFileLock : IDisposable
{
    /// <summary>Whether the path of the lock still leads to the very file that is held.</summary>
    bool IsHeld { get; }
}
