using System.Text.RegularExpressions;
using Signals.Tests.Architecture;

namespace Signals.Tests.Docs;

/// <summary>The glossary of <c>docs/ARCHITECTURE.md</c>: each type that it names exists, and each word stands there once.</summary>
internal sealed partial class GlossaryTests
{
    private static readonly IReadOnlyList<string[]> Rows =
        new MarkdownPage(File.ReadAllText(Path.Combine(SourceFile.RepositoryRoot(), "docs", "ARCHITECTURE.md"))).RowsUnder("Glossary");

    [Test]
    public void Types_InTheGlossary_AreTypesOfTheProduct() => Assert.That(Unknown(Rows), Is.Empty);

    [Test]
    public void Words_InTheGlossary_EachHaveAMeaningAndAType()
    {
        Assert.That(Rows, Has.Count.GreaterThan(20));
        IEnumerable<string[]> incomplete = Rows.Where(row => row.Length != 3 || row[1].Length == 0 || !TypeName().IsMatch(row[2]));
        Assert.That(incomplete.Select(row => row[0]), Is.Empty);
        Assert.That(Rows.GroupBy(row => row[0]).Where(same => same.Count() > 1).Select(same => same.Key), Is.Empty);
    }

    [Test]
    public void Unknown_OfATypeThatIsNotThere_NamesItAndItsWord() =>
        Assert.That(Unknown([["word", "meaning", "`UserId` in a `NoSuchType`"]]), Is.EqualTo(new[] { "word: NoSuchType" }));

    private static IEnumerable<string> Unknown(IEnumerable<string[]> rows)
    {
        HashSet<string> types = [.. new[] { typeof(UserId), typeof(SignalStore) }
            .SelectMany(type => type.Assembly.GetTypes()).Select(type => type.Name.Split('`')[0])];
        return rows.SelectMany(row => TypeName().Matches(row[^1]).Select(name => (Word: row[0], Type: name.Groups[1].Value)))
            .Where(named => !types.Contains(named.Type)).Select(named => $"{named.Word}: {named.Type}");
    }

    [GeneratedRegex(@"`(\w+)(?:<[^`]*>)?`")]
    private static partial Regex TypeName();
}
