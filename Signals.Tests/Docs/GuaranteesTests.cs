using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using NUnit.Framework.Interfaces;

namespace Signals.Tests.Docs;

/// <summary>
/// Each line of <c>docs/GUARANTEES.md</c> that promises something names tests, and they exist; so do those
/// of <c>docs/reliability.md</c>.
/// </summary>
internal sealed partial class GuaranteesTests
{
    [TestCase("GUARANTEES.md", 40)]
    [TestCase("reliability.md", 20)]
    public void EveryNamedTest_Exists(string page, int atLeast)
    {
        HashSet<string> tests =
        [
            .. typeof(GuaranteesTests).Assembly.GetTypes().SelectMany(type => type
                .GetMethods(BindingFlags.Instance | BindingFlags.Static | BindingFlags.Public)
                .Where(
                    method => method.GetCustomAttributes(inherit: true).Any(attribute => attribute is ITestBuilder or ISimpleTestBuilder))
                .Select(method => $"{type.Name}.{method.Name}")),
        ];
        string[] named = [.. TestName().Matches(Read(page)).Select(match => match.Groups[1].Value)];
        Assert.That(named, Has.Length.GreaterThan(atLeast));
        Assert.That(named.Where(name => !tests.Contains(name)), Is.Empty);
    }

    [Test]
    public void EveryPromise_NamesATest()
    {
        string[] promises = [.. Read("GUARANTEES.md").Split('\n').Where(line => line.StartsWith("- ", StringComparison.Ordinal)
            || (line.StartsWith("| ", StringComparison.Ordinal) && !line.StartsWith("| input", StringComparison.Ordinal)))];
        Assert.That(promises, Has.Length.GreaterThan(30));
        Assert.That(promises.Where(line => !TestName().IsMatch(line)), Is.Empty);
    }

    [GeneratedRegex(@"`(\w+Tests\.\w+)`")]
    private static partial Regex TestName();

    private static string Read(string page) => File.ReadAllText(Path.Combine(Path.GetDirectoryName(Here())!, "..", "..", "docs", page));

    private static string Here([CallerFilePath] string path = "") => path;
}
