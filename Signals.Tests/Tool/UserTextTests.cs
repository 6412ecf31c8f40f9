using System.Text;
using System.Text.Json;
using Signals.Tests.Storage.Engine;
using Signals.Tool;
using Spectre.Console;

namespace Signals.Tests.Tool;

/// <summary>A user as one command prints it is that user to every other, above all to the one that erases.</summary>
internal sealed class UserTextTests
{
    private static readonly StoreSchema Schema = StoreSchema.Define(s => s.EventType("view", t => t.Field<int>("n")));

    // A name that looks like the text of another user, in each direction.
    private static readonly UserId Id = UserId.From("alice");
    private static readonly UserId NamedLikeId = UserId.From(Id.ToString());
    private static readonly UserId Number = UserId.From(42);
    private static readonly UserId NamedLikeNumber = UserId.From("42");

    private string _root = null!;

    private string Folder => Path.Combine(_root, "store");

    [SetUp]
    public void MakeStore()
    {
        _root = Directory.CreateTempSubdirectory("signals-").FullName;
        using SignalStore store = SignalStore.Open(Folder, Schema);
        EventBatch batch = store.CreateBatch("view");
        UserId[] users = [Id, NamedLikeId, Number, NamedLikeNumber];
        for (int i = 0; i < users.Length; i++)
        {
            batch.Add(users[i], TestStores.Start + i, 1).Set("n", i);
        }

        store.Append(batch);
    }

    [TearDown]
    public void DeleteStore() => Directory.Delete(_root, recursive: true);

    [TestCase("jsonl")]
    [TestCase("csv")]
    public async Task Erase_AsExported_ReachesThatUserAlone(string format)
    {
        for (int left = 4; left > 0; left--)
        {
            string[] users = await ExportedUsersAsync(format);
            Assert.That(users, Has.Length.EqualTo(left));
            ToolRun get = await ToolRun.OfAsync("get", Folder, users[0], "--json");
            ToolRun erased = await ToolRun.OfAsync("erase", Folder, users[0], "--yes", "--json");
            Assert.That(erased.Code, Is.EqualTo(ExitCode.Ok), erased.Messages);
            Assert.That(UserOf(get.Text), Is.EqualTo(users[0]));
            Assert.That(UserOf(erased.Text), Is.EqualTo(users[0]));
            Assert.That(JsonDocument.Parse(erased.Text).RootElement.GetProperty("events").GetInt64(), Is.EqualTo(1));
            Assert.That(await ExportedUsersAsync(format), Is.EqualTo(users[1..]));
        }
    }

    [TestCase("yes", ExitCode.Ok, 3)]
    [TestCase("y", ExitCode.Usage, 4)]
    [TestCase("", ExitCode.Usage, 4)]
    [TestCase(null, ExitCode.Usage, 4)]
    public async Task Erase_WithoutYes_ShowsTheCountAndAsks(string? answer, ExitCode expected, int left)
    {
        using StringWriter messages = new();
        using StringReader? answers = answer is null ? null : new StringReader(answer);
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(TextWriter.Null) });
        ExitCode code = await new ToolApplication(console, () => Stream.Null, messages, console, answers).RunAsync(["erase", Folder, "42"]);
        Assert.That(code, Is.EqualTo(expected));
        Assert.That(messages.ToString(), Does.Contain("user 42 has 1 event,"));
        Assert.That(await ExportedUsersAsync("jsonl"), Has.Length.EqualTo(left));
    }

    [TestCase("042")]
    [TestCase("id:2a")]
    [TestCase("18446744073709551616")]
    public async Task Erase_WhatCouldMeanAnother_IsUsage(string user)
    {
        ToolRun run = await ToolRun.OfAsync("erase", Folder, user, "--yes");
        Assert.That(run.Code, Is.EqualTo(ExitCode.Usage));
        Assert.That(run.Messages, Does.Contain(user));
    }

    private static string? UserOf(string json) => JsonDocument.Parse(json).RootElement.GetProperty("user").GetString();

    private async Task<string[]> ExportedUsersAsync(string format)
    {
        ToolRun run = await ToolRun.OfAsync("export", Folder, "--format", format);
        string[] lines = Encoding.UTF8.GetString(run.Output).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        return format == "csv" ? [.. lines.Skip(1).Select(line => line.Split(',')[0])] : [.. lines.Select(line => UserOf(line)!)];
    }
}
