using Signals.Tool;

namespace Signals.Tests.Tool;

/// <summary>How lines are understood: help, suggestions, completion, and what is refused with which words.</summary>
[Category("Fast")]
internal sealed class CommandLineTests
{
    [TestCase("'stat' is no command. Did you mean 'stats'? 'signals --help' lists them.", "stat", "x")]
    [TestCase("'frobnicate' is no command. 'signals --help' lists them.", "frobnicate")]
    [TestCase("'nothing' is no command. 'signals --help' lists them.", "help", "nothing")]
    [TestCase("--jsn is no option of this command. Did you mean '--json'? 'signals stats --help' describes the command.",
        "stats", "x", "--jsn")]
    [TestCase("--xyzzy is no option of this command. 'signals stats --help' describes the command.", "stats", "x", "--xyzzy=1")]
    [TestCase("FOLDER is missing. 'signals stats --help' describes the command.", "stats")]
    [TestCase("USER is missing. 'signals get --help' describes the command.", "get", "x", "--json")]
    [TestCase("'b' is one word too many. 'signals stats --help' describes the command.", "stats", "a", "b")]
    [TestCase("--last needs a value. 'signals get --help' describes the command.", "get", "a", "b", "--last")]
    [TestCase("--last needs a value. 'signals get --help' describes the command.", "get", "a", "b", "--last", "--json")]
    [TestCase("--output needs a value. 'signals export --help' describes the command.",
        "export", "a", "--format", "csv", "--output", "--json")]
    [TestCase("--last must be a number from 1; it is '-3'. 'signals get --help' describes the command.", "get", "a", "b", "--last", "-3")]
    [TestCase("--last is given twice.", "get", "a", "b", "--last", "1", "--last", "2")]
    [TestCase("--json is given twice.", "stats", "a", "--json", "--json")]
    [TestCase("--format is missing. 'signals export --help' describes the command.", "export", "a")]
    [TestCase("--format does not know 'jsnl'; there are csv, jsonl, frames, parquet, arrow, arrow-stream. Did you mean 'jsonl'? "
        + "'signals export --help' describes the command.", "export", "a", "--format", "jsnl")]
    [TestCase("--user-kind does not know 'guid'; there are automatic, number, name, canonical-text, guid-text, bits. "
        + "'signals import --help' describes the command.", "import", "a", "b", "--user-kind", "guid")]
    [TestCase("--partition goes with --format parquet.", "export", "a", "--format", "csv", "--partition", "day")]
    [TestCase("--rejects goes with --format parquet.", "import", "a", "b", "--format", "arrow", "--rejects", "1")]
    [TestCase("--type goes with --format parquet or arrow.", "import", "a", "b", "--type", "view")]
    public async Task WrongLine_SaysWhatAndWhatWasMeant(string message, params string[] line)
    {
        ToolRun run = await ToolRun.OfAsync(line);
        Assert.That((run.Code, run.Text, run.Messages), Is.EqualTo((ExitCode.Usage, "", message + Environment.NewLine)));
    }

    // The parser alone would take the option for the folder's name.
    [Test]
    public async Task MisspeltOption_WhereAWordIsExpected_MakesNoFolder()
    {
        using ToolFolder folder = new();
        ToolRun run = await ToolRun.OfAsync("checkpoint", folder.Store, "--jsn");
        Assert.That((run.Code, Directory.Exists("--jsn")), Is.EqualTo((ExitCode.Usage, false)));
        Assert.That(run.Messages, Does.StartWith("--jsn is no option of this command."));
    }

    [Test]
    public async Task Words_AfterTwoHyphens_MayBeginWithHyphens()
    {
        using ToolFolder folder = new();
        ToolRun run = await ToolRun.OfAsync("get", folder.Store, "--json", "--", "--nobody");
        string message = $"no events of user {UserId.From("--nobody")}{Environment.NewLine}";
        Assert.That((run.Code, run.Messages), Is.EqualTo((ExitCode.NotFound, message)));
    }

    // Other programs read more words from a file that is named so.
    [Test]
    public async Task AWord_ThatBeginsWithAt_IsAWord()
    {
        using ToolFolder folder = new();
        ToolRun run = await ToolRun.OfAsync("get", folder.Store, "@nobody");
        string message = $"no events of user {UserId.From("@nobody")}{Environment.NewLine}";
        Assert.That((run.Code, run.Messages), Is.EqualTo((ExitCode.NotFound, message)));
    }

    [TestCase("--last=1")]
    [TestCase("--last:1")]
    public async Task Value_InTheSameWord_IsTaken(string option)
    {
        using ToolFolder folder = new();
        ToolRun run = await ToolRun.OfAsync("get", folder.Store, "bob", option);
        Assert.That((run.Code, run.Text.Count(letter => letter == '\n')), Is.EqualTo((ExitCode.Ok, 1)), run.Messages);
    }

    [TestCase(80)]
    [TestCase(120)]
    public async Task Help_OfTheToolAndOfEveryCommand_FitsTheTerminal(int width)
    {
        ToolRun all = await ToolRun.OfWidthAsync(width);
        Assert.That(all.Code, Is.EqualTo(ExitCode.Ok));
        foreach (ToolCommand command in ToolApplication.Commands())
        {
            ToolRun one = await ToolRun.OfWidthAsync(width, command.Name, "--help");
            ToolRun same = await ToolRun.OfWidthAsync(width, "help", command.Name);
            Assert.That(same, Is.EqualTo(one with { Output = same.Output }));
            Assert.That(all.Text, Does.Contain($"  {command.Name} "));
            Assert.That(one.Text, Does.Contain($"signals {command.Name}"));
            Assert.That((all.Text + one.Text).Split('\n').Where(text => text.TrimEnd().Length > width), Is.Empty);
            foreach (string option in command.Options.Select(option => option.Name))
            {
                Assert.That(one.Text, Does.Contain(option));
            }
        }
    }

    [Test]
    public async Task Version_IsANumber()
    {
        ToolRun run = await ToolRun.OfAsync("--version");
        Assert.That((run.Code, Version.TryParse(run.Text.Trim().Split('-')[0], out _)), Is.EqualTo((ExitCode.Ok, true)), run.Text);
    }

    // As shells ask, with and without the name of the tool.
    [TestCase("[suggest:3]", " st", "stats")]
    [TestCase("[suggest:10]", "signals st", "stats")]
    [TestCase("[suggest:12]", " get a b --l", "--last")]
    [TestCase("[suggest:19]", " export a --format ", "jsonl")]
    [TestCase("[suggest:31]", " import a b --user-kind canonic", "canonical-text")]
    public async Task Suggest_AnUnfinishedLine_PrintsWhatFits(string directive, string line, string expected)
    {
        ToolRun run = await ToolRun.OfAsync(directive, line);
        Assert.That(run.Code, Is.EqualTo(ExitCode.Ok), run.Messages);
        Assert.That(run.Text.Split('\n', StringSplitOptions.TrimEntries), Does.Contain(expected));
    }

    [TestCase("bash", "complete ")]
    [TestCase("zsh", "compdef ")]
    [TestCase("fish", "complete ")]
    [TestCase("pwsh", "Register-ArgumentCompleter ")]
    public async Task Completion_OfAShell_PrintsItsScript(string shell, string content)
    {
        ToolRun run = await ToolRun.OfAsync("completion", shell);
        Assert.That((run.Code, run.Messages), Is.EqualTo((ExitCode.Ok, "")));
        Assert.That(run.Text, Does.Contain(content).And.Contain("[suggest:"));
    }
}
