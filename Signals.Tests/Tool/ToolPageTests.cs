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
    public void Page_HasTheCommandsTheirArgumentsAndTheirOptions()
    {
        Dictionary<string, string> usages = UsageRow().Matches(Page)
            .ToDictionary(match => match.Groups[1].Value.Split(' ')[0], match => match.Groups[1].Value, StringComparer.Ordinal);
        List<string> differences = [];
        foreach (ToolCommand command in ToolApplication.Commands())
        {
            if (!usages.Remove(command.Name, out string? usage))
            {
                differences.Add($"{command.Name} has no row");
                continue;
            }

            string[] known = [.. command.Options.Select(option => option.Name)];
            differences.AddRange(OptionName().Matches(usage).Select(match => match.Value).Except(known)
                .Select(option => $"{command.Name} has no {option}"));
            differences.AddRange(known.Where(option => !Page.Contains(option, StringComparison.Ordinal))
                .Select(option => $"the page does not say what {option} of {command.Name} is"));
            string arguments = string.Join(' ', usage.Split(' ').Skip(1).TakeWhile(word => char.IsUpper(word[0])));
            if (arguments != string.Join(' ', command.Arguments.Select(argument => argument.Name)))
            {
                differences.Add($"{command.Name} takes other arguments than '{arguments}'");
            }
        }

        Assert.That(differences.Concat(usages.Keys.Select(name => $"{name} is no command")), Is.Empty);
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
        ["schema", folder.Store],
        ["users", folder.Store, "--limit", "1"],
        ["inspect", folder.Store],
        ["get", folder.Store, "alice"],
        ["export", folder.Store, "--format", "jsonl", "--output", folder.At("out.jsonl")],
        ["tail", folder.Store, "alice", "--count", "1"],
        ["ingest", folder.Store, folder.Write("one.csv", "user,type,time,id,n\r\n7,view,1772323200000,1,5\r\n")],
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

    [GeneratedRegex(@"--[a-z-]+")]
    private static partial Regex OptionName();

    [GeneratedRegex(@"^\| `(\w+ [^`]+)` \|", RegexOptions.Multiline)]
    private static partial Regex UsageRow();

    [GeneratedRegex(@"^\| (\d) \|", RegexOptions.Multiline)]
    private static partial Regex CodeRow();
}
