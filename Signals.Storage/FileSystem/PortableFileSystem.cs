namespace Signals.Storage.FileSystem;

/// <summary>
/// The file system through the base class library, for systems other than Linux. It cannot sync a directory. Windows journals
/// names by itself; elsewhere a power cut may lose the newest names. Thread contract: any thread; stateless.
/// </summary>
internal sealed class PortableFileSystem : IFileSystem
{
    private const UnixFileMode OwnerFile = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    public IFile Open(string path, FileOpenMode mode) => mode switch
    {
        FileOpenMode.CreateNew => OpenFile(path, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete),
        FileOpenMode.ReadWrite => OpenFile(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete),
        FileOpenMode.Read => OpenFile(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete),
        FileOpenMode.ReadForeign => OpenForeign(path),
        _ => throw new ArgumentOutOfRangeException(nameof(mode)),
    };

    public bool FileExists(string path) => File.Exists(path);

    public bool DirectoryExists(string path) => Directory.Exists(path);

    public void CreateDirectory(string path) => LibraryCalls.Run("mkdir", path, () => OperatingSystem.IsWindows()
        ? Directory.CreateDirectory(path)
        : Directory.CreateDirectory(path, OwnerFile | UnixFileMode.UserExecute));

    public void Rename(string from, string to) =>
        LibraryCalls.Run("rename", $"{from}' to '{to}", () => File.Move(from, to, overwrite: true));

    public bool TryLink(string from, string to) => false;

    public void RenameDirectory(string from, string to) =>
        LibraryCalls.Run("rename", $"{from}' to '{to}", () => Directory.Move(from, to));

    public void DeleteDirectory(string path) => LibraryCalls.Run("rmdir", path, () => Directory.Delete(path));

    public void Delete(string path)
    {
        if (!File.Exists(path))
        {
            throw new FileOperationException("delete", path, "the file does not exist");
        }

        LibraryCalls.Run("delete", path, () => File.Delete(path));
    }

    public void SyncDirectory(string path)
    {
        if (!Directory.Exists(path))
        {
            throw new FileOperationException("sync", path, "the directory does not exist");
        }
    }

    public IReadOnlyList<string> ListFiles(string directory) =>
        LibraryCalls.Run<string[]>(
            "list", directory, () => [.. Directory.EnumerateFiles(directory).Select(path => Path.GetFileName(path))]);

    public IReadOnlyList<string> ListDirectories(string directory) =>
        LibraryCalls.Run<string[]>(
            "list", directory, () => [.. Directory.EnumerateDirectories(directory).Select(path => Path.GetFileName(path))]);

    public FileIdentity? IdentityOf(string path)
    {
        FileSystemInfo item = Directory.Exists(path) ? new DirectoryInfo(path) : new FileInfo(path);
        return item.Exists ? new FileIdentity(0, 0, Followed(Path.GetFullPath(path))) : null;
    }

    public IFileLock Lock(string path)
    {
        PortableFile file;
        try
        {
            file = OpenFile(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (FileOperationException exception) when (File.Exists(path) && !HandleShortage.IsCauseOf(exception))
        {
            // The name of the owner cannot be read here, because the lock forbids every other handle.
            throw new StoreLockedException(path, $"another process ({exception.Error})");
        }

        try
        {
            LockOwner.Record(this, file);
            return new PortableLock(file);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    public long AvailableBytes(string directory) =>
        LibraryCalls.Run("statfs", directory, () => new DriveInfo(Path.GetFullPath(directory)).AvailableFreeSpace);

    // The library provides no file numbers, so the links in each folder of the path are resolved instead.
    private static string Followed(string path)
    {
        string trimmed = Path.TrimEndingDirectorySeparator(path);
        if (Path.GetDirectoryName(trimmed) is not { } parent)
        {
            return trimmed;
        }

        string here = Path.Combine(Followed(parent), Path.GetFileName(trimmed));
        FileSystemInfo item = Directory.Exists(here) ? new DirectoryInfo(here) : new FileInfo(here);
        return item.ResolveLinkTarget(returnFinalTarget: true)?.FullName ?? here;
    }

    private static PortableFile OpenForeign(string path)
    {
        FileInfo file = new(path);
        const FileAttributes NotRegular = FileAttributes.Directory | FileAttributes.ReparsePoint | FileAttributes.Device;
        return !file.Exists || (file.Attributes & NotRegular) != 0
            ? throw new FileOperationException("open", path, "it does not exist or is not a regular file")
            : OpenFile(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
    }

    private static PortableFile OpenFile(string path, FileMode mode, FileAccess access, FileShare share)
    {
        var options = new FileStreamOptions { Mode = mode, Access = access, Share = share, BufferSize = 0 };
        if (!OperatingSystem.IsWindows() && mode != FileMode.Open)
        {
            options.UnixCreateMode = OwnerFile;
        }

        return LibraryCalls.Run("open", path, () => new PortableFile(new FileStream(path, options), path));
    }
}
