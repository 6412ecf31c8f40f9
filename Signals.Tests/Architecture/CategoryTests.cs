using System.Reflection;
using System.Text.RegularExpressions;

namespace Signals.Tests.Architecture;

/// <summary>Keeps the filter for the first minute of work useful: most fixtures answer within it.</summary>
[Category("Fast")]
internal sealed partial class CategoryTests
{
    [Test]
    public void Fixtures_InTheCategoryFast_AreMostOfThemAndNoneOfReliability()
    {
        Type[] fixtures = [.. typeof(CategoryTests).Assembly.GetTypes().Where(IsFixture)];
        string[] Of(string category) => [.. fixtures.Where(type => IsIn(type, category)).Select(type => type.Name)];
        Assert.That(Of("Fast").Intersect(Of("Reliability")), Is.Empty);
        Assert.That(Of("Fast"), Has.Length.GreaterThan(fixtures.Length / 2));
    }

    /// <summary>The continuous integration finds what it runs at full size by these categories.</summary>
    [Test]
    public void Fixtures_ThatTakeTheirSizeFromTheEnvironment_RunAtFullSizeToo()
    {
        string tests = Path.Combine(SourceFile.RepositoryRoot(), "Signals.Tests");
        string[] unlisted =
        [
            .. Directory.EnumerateFiles(tests, "*Tests.cs", SearchOption.AllDirectories)
                .Where(file => Path.GetFileName(file) != "CategoryTests.cs")
                .Where(file => File.ReadAllText(file) is string text && text.Contains("TestScale.") && !CategoryOfSize().IsMatch(text)),
        ];
        Assert.That(unlisted, Is.Empty);
    }

    [GeneratedRegex("""^\[Category\("(Reliability|Scaled)"\)\]$""", RegexOptions.Multiline)]
    private static partial Regex CategoryOfSize();

    private static bool IsFixture(Type type) => type.GetMethods().Any(method =>
        method.GetCustomAttributes<TestAttribute>().Any() || method.GetCustomAttributes<TestCaseAttribute>().Any());

    private static bool IsIn(Type type, string category) =>
        type.GetCustomAttributes<CategoryAttribute>().Any(attribute => attribute.Name == category);
}
