namespace Signals.Tests.Parquet;

/// <summary>A temporary folder of one test, removed with all that is in it.</summary>
internal sealed class LakeFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("signals-lake-").FullName;

    public string this[string name] => System.IO.Path.Combine(Path, name);

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
