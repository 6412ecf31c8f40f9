namespace Signals.Storage.FileSystem;

/// <summary>
/// A lock by a file that is opened for one process alone. Thread contract: any thread. Owns the file. On Windows nobody can
/// delete the file while it is open. Elsewhere, a file that replaced it has another time of last write.
/// </summary>
internal sealed class PortableLock(PortableFile file) : IFileLock
{
    private readonly DateTime _written = File.GetLastWriteTimeUtc(file.Path);

    public bool IsHeld => File.Exists(file.Path) && File.GetLastWriteTimeUtc(file.Path) == _written;

    public void Dispose() => file.Dispose();
}
