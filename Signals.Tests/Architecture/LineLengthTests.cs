using System.Globalization;
using System.Text.RegularExpressions;

namespace Signals.Tests.Architecture;

/// <summary>No line of a source file is longer than <c>.editorconfig</c> says.</summary>
internal sealed partial class LineLengthTests
{
    [Test]
    public void Sources_EveryLine_IsNoLongerThanTheEditorconfigSays()
    {
        string root = SourceFile.RepositoryRoot();
        int most = MaxLineLength(File.ReadAllText(Path.Combine(root, ".editorconfig")));
        string[] paths = [.. SourceFile.AllPaths()];
        Assert.That(paths, Has.Length.GreaterThan(1), "no source was found");
        string[] tooLong = [.. paths.SelectMany(path => TooLong(path, File.ReadAllLines(Path.Combine(root, path)), most))];
        Assert.That(tooLong, Is.Empty, string.Join('\n', tooLong));
    }

    [Test]
    public void TooLong_LinesAroundTheLimit_NamesThoseBeyond() =>
        Assert.That(TooLong("a/B.cs", ["1234", "12345", "", "123456"], 4), Is.EqualTo(new[] { "a/B.cs:2: 5", "a/B.cs:4: 6" }));

    [Test]
    public void MaxLineLength_OtherSectionsHaveTheirs_IsThatOfSources()
    {
        const string Config = "[*]\nmax_line_length = 1\n\n[*.cs]\na = b\nmax_line_length = 2\n\n[*.md]\nmax_line_length = 3\n";
        Assert.That(MaxLineLength(Config), Is.EqualTo(2));
    }

    private static IEnumerable<string> TooLong(string path, IEnumerable<string> lines, int most) => lines
        .Select((line, i) => (line.Length, Text: $"{path}:{i + 1}: {line.Length}"))
        .Where(line => line.Length > most)
        .Select(line => line.Text);

    private static int MaxLineLength(string editorconfig)
    {
        Match said = SaidOfSources().Match(editorconfig);
        Assert.That(said.Success, "the section [*.cs] says no max_line_length");
        return int.Parse(said.Groups[1].Value, CultureInfo.InvariantCulture);
    }

    // The lines between the section's head and the key are those that begin no other section.
    [GeneratedRegex(@"^\[\*\.cs\]\r?\n(?:(?!\[).*\n)*?max_line_length\s*=\s*(\d+)", RegexOptions.Multiline)]
    private static partial Regex SaidOfSources();
}
