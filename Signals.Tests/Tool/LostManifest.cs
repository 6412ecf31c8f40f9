namespace Signals.Tests.Tool;

/// <summary>A store that lost its manifest, and with it its schema: a case for salvage.</summary>
internal static class LostManifest
{
    /// <summary>Deletes every manifest of a closed store, and the file that names the current one.</summary>
    public static void DeleteIn(string store)
    {
        string[] files = [.. Directory.GetFiles(store).Where(file => IsManifest(Path.GetFileName(file)))];
        Assert.That(files, Is.Not.Empty);
        Array.ForEach(files, File.Delete);
    }

    private static bool IsManifest(string name) => name is "CURRENT" || name.StartsWith("MANIFEST", StringComparison.Ordinal);
}
