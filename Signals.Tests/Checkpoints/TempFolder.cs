namespace Signals.Tests.Checkpoints;

/// <summary>A folder that is deleted at the end of a test. Threads: one.</summary>
internal sealed class TempFolder : IDisposable
{
    private readonly string _path = Directory.CreateTempSubdirectory("signals-checkpoint-").FullName;

    public string this[string name] => Path.Combine(_path, name);

    /// <summary>The names in it, with what they hold.</summary>
    public string[] Entries => [.. Directory.EnumerateFileSystemEntries(_path).Select(Path.GetFileName).Order(StringComparer.Ordinal)!];

    public void Dispose() => Directory.Delete(_path, recursive: true);
}
