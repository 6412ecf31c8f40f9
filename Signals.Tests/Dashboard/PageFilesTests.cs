using System.Text.RegularExpressions;
using Signals.Dashboard.Http;
using Signals.Tests.Architecture;

namespace Signals.Tests.Dashboard;

/// <summary>The files of the page: what they must not hold, and that all of them are served.</summary>
[Category("Fast")]
internal sealed partial class PageFilesTests
{
    private static readonly string Folder = Path.Combine(SourceFile.RepositoryRoot(), "integrations", "Signals.Dashboard", "wwwroot");

    private static readonly string[] Files = [.. Directory.GetFiles(Folder).Select(path => Path.GetFileName(path)!)];

    [Test]
    public void Names_AreTheFilesOfTheFolder() => Assert.That(PageFiles.Names, Is.EquivalentTo(Files));

    [TestCaseSource(nameof(Files))]
    public void File_MakesNoMarkupOfTextAndRunsNone(string name) => Assert.That(Dangers(Read(name)), Is.Empty);

    [TestCaseSource(nameof(Files))]
    public void File_AsksNoOtherHost(string name) => Assert.That(Hosts(Read(name)), Is.Empty);

    [Test]
    public void Imports_LeadToFilesThatAreThere() =>
        Assert.That(Files.SelectMany(name => Import().Matches(Read(name)).Select(match => match.Groups[1].Value)).Except(Files), Is.Empty);

    [TestCase("node.innerHTML = text")]
    [TestCase("document.write(text)")]
    [TestCase("node.insertAdjacentHTML('beforeend', text)")]
    [TestCase("new Function(text)")]
    [TestCase("<p onclick=\"go()\">")]
    public void Dangers_ABreach_IsReported(string text) => Assert.That(Dangers(text), Is.Not.Empty);

    [TestCase("fetch('https://example.com')")]
    [TestCase("url(//example.com/x.png)")]
    public void Hosts_ABreach_IsReported(string text) => Assert.That(Hosts(text), Is.Not.Empty);

    private static string Read(string name) => File.ReadAllText(Path.Combine(Folder, name));

    private static IEnumerable<string> Dangers(string text) => Danger().Matches(text).Select(match => match.Value);

    // The name of SVG's namespace is no address that is asked.
    private static IEnumerable<string> Hosts(string text) =>
        Address().Matches(text.Replace("http://www.w3.org/2000/svg", "", StringComparison.Ordinal)).Select(match => match.Value);

    [GeneratedRegex(
        @"\b(innerHTML|outerHTML|insertAdjacentHTML|createContextualFragment|document\.write|DOMParser|eval\(|new Function|srcdoc)"
            + @"|<[^>]*\son\w+=")]
    private static partial Regex Danger();

    [GeneratedRegex(@"(https?:|[""'(])//[\w.]+")]
    private static partial Regex Address();

    [GeneratedRegex(@"from ""\./([\w.]+)""")]
    private static partial Regex Import();
}
