using System.Text.RegularExpressions;

namespace Signals.Tests.Docs;

/// <summary>What the tests of the documentation look at in a page: its links, its anchors and its tables. Immutable.</summary>
internal sealed partial class MarkdownPage
{
    private readonly string _prose;

    /// <param name="text">The page. Code in it is not looked at.</param>
    public MarkdownPage(string text)
    {
        _prose = FencedCode().Replace(text, "");
        Links = [.. Link().Matches(InlineCode().Replace(_prose, "code"))
            .Select(link => link.Groups[1].Success ? link.Groups[1].Value : link.Groups[2].Value)];
        Anchors = AnchorsOf(Heading().Matches(_prose).Select(heading => heading.Groups[1].Value));
    }

    /// <summary>The targets of links and pictures, as they are written.</summary>
    public IReadOnlyList<string> Links { get; }

    /// <summary>What can follow a # in a link to this page.</summary>
    public IReadOnlySet<string> Anchors { get; }

    /// <summary>The cells of the rows of the tables under a heading, without the rows of titles.</summary>
    public IReadOnlyList<string[]> RowsUnder(string heading)
    {
        string[] lines = _prose.Split('\n');
        int begin = Array.FindIndex(lines, line => line.TrimStart('#').Trim() == heading && line.StartsWith('#')) + 1;
        int end = Array.FindIndex(lines, begin, line => line.StartsWith('#'));
        string[] rows = [.. lines[begin..(end < 0 ? lines.Length : end)].Where(line => line.StartsWith('|'))];
        int titles = Array.FindIndex(rows, row => row.StartsWith("|--", StringComparison.Ordinal));
        return [.. rows.Skip(titles + 1).Select(row => row.Trim().Trim('|').Split('|', StringSplitOptions.TrimEntries))];
    }

    // As GitHub does: letters, digits, - and _ stay, a space becomes -, a heading that is there again gets a number.
    private static HashSet<string> AnchorsOf(IEnumerable<string> headings)
    {
        HashSet<string> anchors = [];
        foreach (string heading in headings)
        {
            string anchor = NoAnchor().Replace(heading.Trim().ToLowerInvariant(), "").Replace(' ', '-');
            for (int i = 0; !anchors.Add(i == 0 ? anchor : $"{anchor}-{i}"); i++)
            {
            }
        }

        return anchors;
    }

    [GeneratedRegex("(?ms)^ *```.*?^ *```")]
    private static partial Regex FencedCode();

    [GeneratedRegex("`[^`\n]*`")]
    private static partial Regex InlineCode();

    [GeneratedRegex(@"\]\(([^)\s]+)[^)]*\)|\b(?:src|href)=""([^""]+)""")]
    private static partial Regex Link();

    [GeneratedRegex(@"(?m)^#{1,6} +(.+)$")]
    private static partial Regex Heading();

    [GeneratedRegex(@"[^\w\- ]")]
    private static partial Regex NoAnchor();
}
