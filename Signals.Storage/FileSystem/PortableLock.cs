namespace Signals.Storage.FileSystem;

/// <summary>
/// A lock by a file that is opened for one process alone. Threads: any. Owns the file. On Windows nobody can delete an open lock; elsewhere a file
/// that took its place has another time of its last write.
/// </summary>
internal sealed class PortableLock(PortableFile file) : IFileLock
{
    private readonly DateTime _written = File.GetLastWriteTimeUtc(file.Path);

    public bool IsHeld => File.Exists(file.Path) && File.GetLastWriteTimeUtc(file.Path) == _written;

    public void Dispose() => file.Dispose();
}
