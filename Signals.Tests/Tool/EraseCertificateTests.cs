using System.Text.Json;
using Signals.Tool;

namespace Signals.Tests.Tool;

/// <summary>The certificate of an erasure by the tool is in its file complete, or it is told otherwise: there is no second one.</summary>
[Category("Fast")]
internal sealed class EraseCertificateTests
{
    [Test]
    public async Task Erase_FileCannotGetItsName_TellsTheCertificate()
    {
        using ToolFolder folder = new();
        string file = folder.At("certificate.json");
        using Answer answer = new(() => File.WriteAllText(file, "another's"));
        ToolRun run = await ToolRun.OfAsync(
            200, ["erase", folder.Store, "alice", "--certificate", file], new StringWriter(), answer, default);
        Assert.That((run.Code, await File.ReadAllTextAsync(file)), Is.EqualTo((ExitCode.Failed, "another's")), run.Messages);
        using JsonDocument certificate = JsonDocument.Parse(
            run.Messages[run.Messages.IndexOf('{', StringComparison.Ordinal)..(run.Messages.LastIndexOf('}') + 1)]);
        Assert.That(certificate.RootElement.GetProperty("complete").GetBoolean());
        Assert.That(Directory.GetFiles(folder.At(""), "certificate*"), Has.Length.EqualTo(1), "no temporary file stays");
    }

    [Test]
    public async Task Erase_NotAnswered_LeavesNoFile()
    {
        using ToolFolder folder = new();
        ToolRun run = await ToolRun.OfAsync("erase", folder.Store, "alice", "--certificate", folder.At("certificate.json"));
        Assert.That(run.Code, Is.EqualTo(ExitCode.Usage));
        Assert.That(Directory.GetFiles(folder.At(""), "certificate*"), Is.Empty);
    }

    [Test]
    public async Task Erase_WhileItIsNotDone_HasNoFileOfThatName()
    {
        using ToolFolder folder = new();
        string file = folder.At("certificate.json");
        bool? isThere = null;
        using Answer answer = new(() => isThere = File.Exists(file));
        ToolRun run = await ToolRun.OfAsync(
            200, ["erase", folder.Store, "alice", "--certificate", file], new StringWriter(), answer, default);
        Assert.That((run.Code, isThere, File.Exists(file)), Is.EqualTo((ExitCode.Ok, (bool?)false, true)), run.Messages);
    }

    [Test]
    public async Task Erase_StoppedWhileItAsks_EndsAndErasesNothing()
    {
        using ToolFolder folder = new();
        using CancellationTokenSource stop = new();
        using ManualResetEventSlim end = new();
        using Answer silent = new(() =>
        {
            stop.Cancel();
            end.Wait(TimeSpan.FromMinutes(2));
        });
        ToolRun run = await ToolRun.OfAsync(200, ["erase", folder.Store, "alice"], new StringWriter(), silent, stop.Token);
        end.Set();
        Assert.That(run.Code, Is.EqualTo(ExitCode.Failed), run.Messages);
        Assert.That((await ToolRun.OfAsync("get", folder.Store, "alice")).Code, Is.EqualTo(ExitCode.Ok));
    }

    /// <summary>Does something when it is asked, and then says yes.</summary>
    private sealed class Answer(Action asked) : StringReader("yes\n")
    {
        public override string? ReadLine()
        {
            asked();
            return base.ReadLine();
        }
    }
}
