using Signals.Training.Making;

namespace Signals.Tool;

/// <summary>
/// A new file whose name appears when all of it is written and durable. Until then it is called <c>NAME.tmp</c>, or <c>NAME.1.tmp</c> and
/// so on when that name is taken. Thread contract: one thread at a time. Lifetime: disposed without <see cref="Publish"/>, it is deleted.
/// </summary>
internal sealed class NewFile : IDisposable
{
    private const int MostNames = 100;

    private readonly string _path;
    private readonly string _temporary;
    private bool _isPublished;

    private NewFile(string path, string temporary, FileStream stream)
    {
        _path = path;
        _temporary = temporary;
        Stream = stream;
    }

    /// <summary>What to write into.</summary>
    public FileStream Stream { get; }

    /// <summary>Makes the file under its temporary name.</summary>
    /// <param name="path">The final name.</param>
    /// <exception cref="IOException">The final name is taken, or its folder does not exist.</exception>
    public static NewFile Create(string path)
    {
        RequireFree(path);
        string full = Path.GetFullPath(path);
        if (!Directory.Exists(Path.GetDirectoryName(full)))
        {
            throw new DirectoryNotFoundException($"'{path}' cannot be made: its folder does not exist.");
        }

        for (int i = 0; i < MostNames; i++)
        {
            string temporary = i == 0 ? $"{full}.tmp" : FormattableString.Invariant($"{full}.{i}.tmp");
            if (!Path.Exists(temporary))
            {
                return new NewFile(path, temporary, new FileStream(temporary, FileMode.CreateNew));
            }
        }

        throw new IOException($"'{path}' cannot be made: '{full}.tmp' and {MostNames - 1} more temporary names are taken; remove them.");
    }

    /// <summary>Makes the file durable and gives it its name.</summary>
    /// <exception cref="IOException">The disk refused, or the name is taken meanwhile. Then there is no such file.</exception>
    public void Publish()
    {
        Stream.Dispose();
        DurableFiles.SyncFile(_temporary);
        RequireFree(_path);
        File.Move(_temporary, _path, overwrite: false);
        _isPublished = true;
        DurableFiles.SyncFolder(Path.GetDirectoryName(Path.GetFullPath(_path))!);
    }

    public void Dispose()
    {
        try
        {
            Stream.Dispose();
        }
        catch (IOException) when (!_isPublished)
        {
            // What it still had to write is deleted below, and the error that led here is the one to report.
        }

        if (!_isPublished)
        {
            File.Delete(_temporary);
        }
    }

    private static void RequireFree(string path)
    {
        if (Path.Exists(path))
        {
            throw new IOException($"'{path}' exists already; name a new file.");
        }
    }
}
