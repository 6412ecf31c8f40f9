namespace Signals.Bench.Compare;

/// <summary>Folders that exist only during a measurement.</summary>
internal static class BenchFolder
{
    /// <summary>Creates an empty folder and deletes it at the end.</summary>
    public static void Use(string path, Action<string> use)
    {
        string folder = Path.Combine(path, $"signals-bench-{Guid.NewGuid():N}");
        Directory.CreateDirectory(folder);
        try
        {
            use(folder);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
