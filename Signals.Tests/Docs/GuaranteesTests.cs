using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using NUnit.Framework.Interfaces;

namespace Signals.Tests.Docs;

/// <summary>Each line of <c>docs/GUARANTEES.md</c> that promises something names tests, and they exist.</summary>
internal sealed partial class GuaranteesTests
{
    private static readonly string Text = File.ReadAllText(Path.Combine(Path.GetDirectoryName(Here())!, "..", "..", "docs", "GUARANTEES.md"));

    [Test]
    public void EveryNamedTest_Exists()
    {
        HashSet<string> tests =
        [
            .. typeof(GuaranteesTests).Assembly.GetTypes().SelectMany(type => type
                .GetMethods(BindingFlags.Instance | BindingFlags.Static | BindingFlags.Public)
                .Where(method => method.GetCustomAttributes(inherit: true).Any(attribute => attribute is ITestBuilder or ISimpleTestBuilder))
                .Select(method => $"{type.Name}.{method.Name}")),
        ];
        string[] named = [.. TestName().Matches(Text).Select(match => match.Groups[1].Value)];
        Assert.That(named, Has.Length.GreaterThan(40));
        Assert.That(named.Where(name => !tests.Contains(name)), Is.Empty);
    }

    [Test]
    public void EveryPromise_NamesATest()
    {
        string[] promises = [.. Text.Split('\n').Where(line => line.StartsWith("- ", StringComparison.Ordinal)
            || (line.StartsWith("| ", StringComparison.Ordinal) && !line.StartsWith("| input", StringComparison.Ordinal)))];
        Assert.That(promises, Has.Length.GreaterThan(30));
        Assert.That(promises.Where(line => !TestName().IsMatch(line)), Is.Empty);
    }

    [GeneratedRegex(@"`(\w+Tests\.\w+)`")]
    private static partial Regex TestName();

    private static string Here([CallerFilePath] string path = "") => path;
}
