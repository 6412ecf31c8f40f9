namespace Signals.Tests.Samples.ConsoleHost;

/// <summary>A fresh folder, deleted on dispose.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("signals-test-").FullName;

    public string Store => System.IO.Path.Combine(Path, "store");

    public string Write(string name, byte[] content)
    {
        string path = System.IO.Path.Combine(Path, name);
        File.WriteAllBytes(path, content);
        return path;
    }

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
