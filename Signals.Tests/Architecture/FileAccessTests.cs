using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;

namespace Signals.Tests.Architecture;

/// <summary>All file I/O of the product goes through the file-system seam, or the simulated disk would not see it.</summary>
internal sealed partial class FileAccessTests
{
    [Test]
    public void Sources_OutsideFileSystem_NeverTouchFilesDirectly()
    {
        string root = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(Here())!, "..", ".."));
        List<string> sources = [.. new[] { "Signals.Core", "Signals.Storage" }
            .SelectMany(project => Directory.EnumerateFiles(Path.Combine(root, project), "*.cs", SearchOption.AllDirectories))
            .Where(path => !path.Contains("/obj/", StringComparison.Ordinal) && !path.Contains("/bin/", StringComparison.Ordinal))];
        List<string> offenders = [.. sources
            .Where(path => !path.Contains("Signals.Storage/FileSystem/", StringComparison.Ordinal))
            .Where(path => DirectAccess().IsMatch(File.ReadAllText(path)))];
        Assert.That(sources.Count(path => DirectAccess().IsMatch(File.ReadAllText(path))), Is.GreaterThan(1), "the pattern finds nothing");
        Assert.That(offenders, Is.Empty);
    }

    [GeneratedRegex(
        @"(?<![\w.])(File|Directory|RandomAccess)\.[A-Z]\w*\(|\bnew (FileStream|FileInfo|DirectoryInfo|StreamReader|StreamWriter)\(")]
    private static partial Regex DirectAccess();

    private static string Here([CallerFilePath] string path = "") => path;
}
