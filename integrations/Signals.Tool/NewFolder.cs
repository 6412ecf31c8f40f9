using Signals.Training.Making;

namespace Signals.Tool;

/// <summary>
/// A new folder that only its owner may enter, as the folders that a store makes. Its name appears in one step, when every file in it is
/// durable. Until then it is called <c>NAME.ID.tmp</c>, with an id of its own, so nothing in it is somebody else's. Thread contract: one
/// thread at a time. Lifetime: disposed without <see cref="Publish"/>, it is deleted.
/// </summary>
internal sealed class NewFolder : IDisposable
{
    private readonly string _path;
    private bool _isPublished;

    private NewFolder(string path, string temporary) => (_path, Temporary) = (path, temporary);

    /// <summary>Where to write the files. Whoever writes them makes their bytes durable.</summary>
    public string Temporary { get; }

    /// <summary>Makes the folder under its temporary name, with missing parents.</summary>
    /// <exception cref="IOException">The disk refused.</exception>
    public static NewFolder Create(string path)
    {
        string full = Path.TrimEndingDirectorySeparator(Path.GetFullPath(path));
        string temporary = $"{full}.{Guid.NewGuid():N}.tmp";
        CreateParent(Path.GetDirectoryName(full)!);
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(temporary);
        }
        else
        {
            Directory.CreateDirectory(temporary, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }

        return new NewFolder(full, temporary);
    }

    /// <summary>Makes the names in the folder durable and gives it its name.</summary>
    /// <exception cref="IOException">The disk refused, or the name is taken meanwhile. Then there is no such folder.</exception>
    public void Publish()
    {
        DurableFiles.SyncFolder(Temporary);
        Directory.Move(Temporary, _path);
        _isPublished = true;
        DurableFiles.SyncFolder(Path.GetDirectoryName(_path)!);
    }

    public void Dispose()
    {
        if (!_isPublished)
        {
            Directory.Delete(Temporary, recursive: true);
        }
    }

    // Each name on the way is made durable, or a power cut could take the folder away with its parent.
    private static void CreateParent(string folder)
    {
        if (Directory.Exists(folder) || Path.GetDirectoryName(folder) is not { } parent)
        {
            return;
        }

        CreateParent(parent);
        Directory.CreateDirectory(folder);
        DurableFiles.SyncFolder(parent);
    }
}
