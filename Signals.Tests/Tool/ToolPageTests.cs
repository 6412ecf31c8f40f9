using System.Text.Json;
using System.Text.RegularExpressions;
using Signals.Tests.Architecture;
using Signals.Tool;

namespace Signals.Tests.Tool;

/// <summary>What docs/tool.md says to scripts holds: the properties of each command's JSON, and the exit codes.</summary>
internal sealed partial class ToolPageTests
{
    private static readonly string Page = File.ReadAllText(Path.Combine(SourceFile.RepositoryRoot(), "docs", "tool.md"));

    [Test]
    public async Task Json_OfEveryCommand_HasTheDocumentedProperties()
    {
        using ToolFolder folder = new();
        List<string> differences = [];
        HashSet<string> seen = [];
        foreach (string[] line in Lines(folder))
        {
            ToolRun run = await ToolRun.OfAsync([.. line, "--json"]);
            Assert.That(run.Code, Is.EqualTo(ExitCode.Ok), $"{line[0]}: {run.Messages}");
            string[] properties = PropertiesOf(run.Text);
            seen.Add(line[0]);
            if (Documented(line[0]) is string[] documented && !documented.SequenceEqual(properties))
            {
                differences.Add($"{line[0]}: prints {string.Join(", ", properties)}");
            }
        }

        Assert.That(differences, Is.Empty);
        Assert.That(Row().Matches(Page).Select(row => row.Groups[1].Value), Is.EquivalentTo(seen), "each command has its line");
    }

    [Test]
    public async Task Help_ListsTheCommandsOfThePage()
    {
        ToolRun help = await ToolRun.OfAsync("help");
        IEnumerable<string> printed = HelpLine().Matches(help.Text)
            .Select(match => match.Groups[1].Value.Trim()).Order(StringComparer.Ordinal);
        IEnumerable<string> documented = UsageRow().Matches(Page).Select(
            match => match.Groups[1].Value.Replace("\\|", "|", StringComparison.Ordinal))
            .Order(StringComparer.Ordinal);
        Assert.That(printed, Is.EqualTo(documented));
    }

    [Test]
    public void ExitCodes_AreThoseOfThePage() => Assert.That(
        CodeRow().Matches(Page).Select(match => int.Parse(match.Groups[1].Value, System.Globalization.CultureInfo.InvariantCulture)),
        Is.EqualTo(Enum.GetValues<ExitCode>().Select(code => (int)code)));

    [Test]
    public async Task Export_JsonWithoutAFile_IsUsage()
    {
        using ToolFolder folder = new();
        ToolRun run = await ToolRun.OfAsync("export", folder.Store, "--format", "csv", "--json");
        Assert.That((run.Code, run.Output), Is.EqualTo((ExitCode.Usage, Array.Empty<byte>())));
    }

    [Test]
    public async Task Checkpoint_OntoAFolderThatExists_Fails()
    {
        using ToolFolder folder = new();
        ToolRun run = await ToolRun.OfAsync("checkpoint", folder.Store, folder.Store);
        Assert.That(run.Code, Is.EqualTo(ExitCode.Failed));
        Assert.That(run.Messages, Is.Not.Empty);
    }

    // In an order in which each finds what it needs.
    private static string[][] Lines(ToolFolder folder) =>
    [
        ["stats", folder.Store],
        ["inspect", folder.Store],
        ["get", folder.Store, "alice"],
        ["export", folder.Store, "--format", "jsonl", "--output", folder.At("out.jsonl")],
        ["training", folder.Store, "--definition", folder.Definition, "--labels", folder.Moments, "--output", folder.At("set"),
            "--as-corrected-now"],
        ["profile", folder.Store, "--definition", folder.Definition],
        ["verify", folder.Store],
        ["import", folder.Store, folder.Segment],
        ["compact", folder.Store],
        ["checkpoint", folder.Store, folder.At("checkpoint")],
        ["restore", folder.At("checkpoint"), folder.At("restored")],
        ["salvage", folder.Store, folder.At("salvaged")],
        ["erase", folder.Store, "alice", "--yes"],
        ["reset", folder.Store, "feed"],
        ["bench", "--events", "1000", "--reads", "10"],
    ];

    private static string[] PropertiesOf(string text)
    {
        using JsonDocument json = JsonDocument.Parse(text);
        JsonElement root = json.RootElement.ValueKind == JsonValueKind.Array ? json.RootElement[0] : json.RootElement;
        return [.. root.EnumerateObject().Select(property => property.Name)];
    }

    private static string[]? Documented(string command) => Row().Matches(Page)
        .Where(row => row.Groups[1].Value == command)
        .Select(row => row.Groups[2].Value.Split(", ").Select(name => name.Trim('`')).ToArray())
        .FirstOrDefault();

    [GeneratedRegex(@"^\| `(\w+)` \| (`\w+`(?:, `\w+`)*) \|$", RegexOptions.Multiline)]
    private static partial Regex Row();

    [GeneratedRegex(@"^  signals (.+)$", RegexOptions.Multiline)]
    private static partial Regex HelpLine();

    [GeneratedRegex(@"^\| `(\w+ [^`]+)` \|", RegexOptions.Multiline)]
    private static partial Regex UsageRow();

    [GeneratedRegex(@"^\| (\d) \|", RegexOptions.Multiline)]
    private static partial Regex CodeRow();
}
