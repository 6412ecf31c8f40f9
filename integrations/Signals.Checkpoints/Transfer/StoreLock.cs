using Signals.Checkpoints.Formats;

namespace Signals.Checkpoints.Transfer;

/// <summary>
/// The lock of a store's folder, held while the folder is moved or deleted: nobody can open the store meanwhile. Thread contract: one
/// thread. Lifetime: it is released by disposing. It stays with the folder when that gets another name.
/// </summary>
internal sealed class StoreLock : IDisposable
{
    private readonly FileStream _file;

    private StoreLock(FileStream file) => _file = file;

    /// <summary>Takes it.</summary>
    /// <exception cref="StoreLockedException">A process has the store open.</exception>
    public static StoreLock Take(string folder)
    {
        // A store locks the same file in the same way: with flock on Unix, by opening it alone on Windows.
        string path = Path.Combine(folder, StoreFileNames.Lock);
        try
        {
            return new StoreLock(new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, bufferSize: 0));
        }
        catch (IOException e) when (e is not (DirectoryNotFoundException or PathTooLongException))
        {
            throw new StoreLockedException(path, $"another process ({e.Message})");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new FileOperationException("lock", path, e.Message, e);
        }
    }

    /// <summary>
    /// Releases it where a folder cannot be moved or deleted while a file in it is open. There the system itself refuses that for an open
    /// store.
    /// </summary>
    public void ReleaseIfOpenFilesStay()
    {
        if (OperatingSystem.IsWindows())
        {
            _file.Dispose();
        }
    }

    public void Dispose() => _file.Dispose();
}
