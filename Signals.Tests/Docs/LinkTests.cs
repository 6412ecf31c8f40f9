using Signals.Tests.Architecture;

namespace Signals.Tests.Docs;

/// <summary>Every relative link of every page leads to a file that exists and, behind a #, to a heading of it.</summary>
[Category("Fast")]
internal sealed class LinkTests
{
    private static readonly string Root = SourceFile.RepositoryRoot();

    public static IEnumerable<string> Pages() => Directory.EnumerateFiles(Root, "*.md", SearchOption.AllDirectories)
        .Select(path => Path.GetRelativePath(Root, path).Replace('\\', '/'))
        .Where(path => !path.Split('/').Any(part => part is "bin" or "obj" or "packages" || part.StartsWith('.')))
        .Order(StringComparer.Ordinal);

    [TestCaseSource(nameof(Pages))]
    public void Links_OfAPage_LeadSomewhere(string page) =>
        Assert.That(DeadLinks(page, File.ReadAllText(Path.Combine(Root, page))), Is.Empty);

    [Test]
    public void Pages_AreFound() =>
        Assert.That(Pages(), Does.Contain("README.md").And.Contain("docs/ARCHITECTURE.md").And.Contain("docs/formats/log.md"));

    [Test]
    public void Index_NamesEveryPageOfTheDocumentation()
    {
        string folder = Path.Combine(Root, "docs");
        IEnumerable<string> named = new MarkdownPage(File.ReadAllText(Path.Combine(folder, "README.md"))).Links
            .Select(link => Path.GetFullPath(Path.Combine(folder, link.Split('#')[0])));
        IEnumerable<string> pages = Pages().Where(page => page.StartsWith("docs/", StringComparison.Ordinal) && page != "docs/README.md")
            .Select(page => Path.Combine(Root, page));
        Assert.That(pages.Except(named), Is.Empty);
    }

    [TestCase("[a](no-such-page.md)")]
    [TestCase("[a](guide.md#no-such-heading)")]
    [TestCase("# Here\n\n[a](#there)")]
    [TestCase("<img src=\"no-such-picture.svg\">")]
    public void DeadLinks_ABreach_IsReported(string text) => Assert.That(DeadLinks("docs/try.md", text), Is.Not.Empty);

    [TestCase("[a](guide.md#append), [b](../README.md), [c](https://example.com/x)")]
    [TestCase("# `A`, b\n\n## Here\n\n## Here\n\n[a](#a-b), [b](#here-1)")]
    [TestCase("`[a](no-such-page.md)`\n\n```\n[a](no-such-page.md)\n```\n")]
    public void DeadLinks_NoBreach_ReportsNothing(string text) => Assert.That(DeadLinks("docs/try.md", text), Is.Empty);

    private static IEnumerable<string> DeadLinks(string page, string text)
    {
        MarkdownPage read = new(text);
        foreach (string link in read.Links.Where(link => !link.Contains(':', StringComparison.Ordinal)))
        {
            string[] parts = link.Split('#');
            string path = Path.GetFullPath(Path.Combine(Root, Path.GetDirectoryName(page)!, Uri.UnescapeDataString(parts[0])));
            if (parts[0].Length > 0 && !Path.Exists(path))
            {
                yield return $"{page} links to {link}: there is no {Path.GetRelativePath(Root, path)}";
            }
            else if (parts.Length > 1
                && !(parts[0].Length == 0 ? read : new MarkdownPage(File.ReadAllText(path))).Anchors.Contains(parts[1]))
            {
                yield return $"{page} links to {link}: no heading there has the anchor {parts[1]}";
            }
        }
    }
}
