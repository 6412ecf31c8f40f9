using Signals.Tests.Architecture;

namespace Signals.Tests.Docs;

/// <summary>The tables of projects and rooms in <c>docs/ARCHITECTURE.md</c> are those of the tree.</summary>
[Category("Fast")]
internal sealed class RoomsTests
{
    private static readonly string Root = SourceFile.RepositoryRoot();

    private static readonly MarkdownPage Page = new(File.ReadAllText(Path.Combine(Root, "docs", "ARCHITECTURE.md")));

    /// <summary>The folders of Core and Storage in which source files lie.</summary>
    private static string[] Rooms => [.. SourceFile.ReadAll()
        .Where(file => file.Project is "Signals.Core" or "Signals.Storage")
        .Select(file => file.Folder).Distinct().Order(StringComparer.Ordinal)];

    /// <summary>The folders of projects; samples count as one.</summary>
    private static string[] Projects => [.. Directory.EnumerateFiles(Root, "*.csproj", SearchOption.AllDirectories)
        .Select(path => Path.GetRelativePath(Root, Path.GetDirectoryName(path)!).Replace('\\', '/'))
        .Select(folder => folder.StartsWith("samples/", StringComparison.Ordinal) ? "samples" : folder)
        .Distinct().Order(StringComparer.Ordinal)];

    [Test]
    public void Rooms_InTheTable_AreTheFolders() => Assert.That(Named("Rooms"), Is.EqualTo(Rooms), TableOf(Rooms, "Rooms"));

    [Test]
    public void Projects_InTheTable_AreTheProjects() => Assert.That(Named("Map"), Is.EqualTo(Projects), TableOf(Projects, "Map"));

    [TestCase("Rooms")]
    [TestCase("Map")]
    public void Rows_EachSayWhatIsThere(string heading) =>
        Assert.That(Page.RowsUnder(heading).Where(row => row.Length != 2 || row[1].Length < 10).Select(row => row[0]), Is.Empty);

    [Test]
    public void RowsUnder_AHeading_AreItsRowsWithoutTitles()
    {
        MarkdownPage page = new("## A\n| x | y |\n|---|---|\n| 1 | 2 |\n\n## B\n| x |\n|---|\n| 3 |\n");
        Assert.That(page.RowsUnder("A"), Is.EqualTo(new[] { new[] { "1", "2" } }));
    }

    private static string[] Named(string heading) =>
        [.. Page.RowsUnder(heading).Select(row => row[0].Trim('`')).Order(StringComparer.Ordinal)];

    /// <summary>The rows as they should be, to be copied: what is said of a folder stays, a new one waits for its sentence.</summary>
    private static string TableOf(string[] folders, string heading)
    {
        Dictionary<string, string> known = Page.RowsUnder(heading).ToDictionary(row => row[0].Trim('`'), row => row[^1]);
        string[] before = [.. known.Keys];
        IEnumerable<string> rows = folders
            .OrderBy(folder => Array.IndexOf(before, folder) is >= 0 and int place ? place : int.MaxValue)
            .Select(folder => $"| `{folder}` | {known.GetValueOrDefault(folder, "?")} |");
        return $"The table under {heading} should have these rows:\n{string.Join('\n', rows)}";
    }
}
