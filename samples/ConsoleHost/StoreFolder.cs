using Signals.Samples.ConsoleHost.Options;

namespace Signals.Samples.ConsoleHost;

/// <summary>The folder of the store: the one that was asked for, or a fresh temporary one that is deleted on dispose.</summary>
internal sealed class StoreFolder : IDisposable
{
    private readonly bool _delete;

    /// <summary>Chooses the folder. Throws <see cref="UsageException"/> when --verify meets a folder that is not empty.</summary>
    public StoreFolder(HostOptions options)
    {
        _delete = options.Path is null && !options.Keep;
        Path = options.Path ?? Directory.CreateTempSubdirectory("signals-").FullName;
        if (options.Verify && Directory.Exists(Path) && Directory.EnumerateFileSystemEntries(Path).Any())
        {
            throw new UsageException($"--verify knows only the events of this run, so --path '{Path}' must be empty or new");
        }
    }

    /// <summary>Where it is.</summary>
    public string Path { get; }

    /// <inheritdoc />
    public void Dispose()
    {
        if (_delete && Directory.Exists(Path))
        {
            Directory.Delete(Path, recursive: true);
        }
    }
}
