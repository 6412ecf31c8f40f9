using Signals.Tests.Reliability;
using Signals.Tests.Storage.Engine;
using Signals.Tool;
using Spectre.Console;

namespace Signals.Tests.Tool;

/// <summary>What the tool makes has its name when it is complete and durable, and not before; what was begun is removed.</summary>
internal sealed class NewFileTests
{
    private string _root = null!;

    [SetUp]
    public void MakeFolder() => _root = Directory.CreateTempSubdirectory("signals-").FullName;

    [TearDown]
    public void DeleteFolder() => Directory.Delete(_root, recursive: true);

    [Test]
    public void NewFile_IsThereOnceItIsPublished()
    {
        using (NewFile file = NewFile.Create(At("a")))
        {
            file.Stream.Write("text"u8);
            Assert.That(File.Exists(At("a")), Is.False);
            file.Publish();
        }

        Assert.That(File.ReadAllText(At("a")), Is.EqualTo("text"));
        Assert.That(Directory.GetFileSystemEntries(_root), Has.Length.EqualTo(1));
    }

    [Test]
    public void NewFile_NotPublished_LeavesOnlyWhatWasThere()
    {
        File.WriteAllText(At("a.tmp"), "another's");
        using (NewFile file = NewFile.Create(At("a")))
        {
            file.Stream.Write("text"u8);
        }

        Assert.That(Directory.GetFileSystemEntries(_root), Is.EqualTo(new[] { At("a.tmp") }));
        Assert.That(File.ReadAllText(At("a.tmp")), Is.EqualTo("another's"));
    }

    [TestCase("csv")]
    [TestCase("arrow-stream")]
    public async Task Export_Stopped_LeavesNoFile(string format)
    {
        using ToolFolder folder = new();
        using CancellationTokenSource stop = new();
        await stop.CancelAsync();
        ToolRun run = await ToolRun.OfAsync(
            200, ["export", folder.Store, "--format", format, "--output", At("out")], stop.Token);
        Assert.That((run.Code, Directory.GetFileSystemEntries(_root)), Is.EqualTo((ExitCode.Failed, Array.Empty<string>())), run.Messages);
    }

    [TestCase("csv")]
    [TestCase("jsonl")]
    [TestCase("frames")]
    public async Task Export_OutputTakesNothing_TellsNoSuccess(string format)
    {
        using ToolFolder folder = new();
        using StringWriter text = new();
        using StringWriter messages = new();
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings { Ansi = AnsiSupport.No, Out = new AnsiConsoleOutput(text) });
        ExitCode code = await new ToolApplication(console, static () => new FullDisk(), messages, console)
            .RunAsync(["export", folder.Store, "--format", format]);
        Assert.That((code, messages.ToString()), Is.EqualTo((ExitCode.Failed, $"no room{Environment.NewLine}")));
    }

    [Test]
    public async Task Restore_Stopped_LeavesNothing()
    {
        using ToolFolder folder = new();
        using CancellationTokenSource stop = new();
        await stop.CancelAsync();
        ToolRun run = await ToolRun.OfAsync(200, ["restore", folder.Store, At("new")], stop.Token);
        Assert.That((run.Code, Directory.GetFileSystemEntries(_root)), Is.EqualTo((ExitCode.Failed, Array.Empty<string>())), run.Messages);
    }

    [Test]
    public async Task Restore_OfACheckpointThatDoesNotOpen_LeavesNothing()
    {
        using ToolFolder folder = new();
        foreach (string table in Directory.GetFiles(folder.Store, "*.tbl"))
        {
            await File.WriteAllBytesAsync(table, new byte[100]);
        }

        ToolRun run = await ToolRun.OfAsync("restore", folder.Store, At("new"));
        Assert.That((run.Code, Directory.GetFileSystemEntries(_root)), Is.EqualTo((ExitCode.Damaged, Array.Empty<string>())), run.Messages);
    }

    [Test]
    public async Task Restore_ToAFolderThatExists_IsUsageAndLeavesIt()
    {
        using ToolFolder folder = new();
        Directory.CreateDirectory(At("new"));
        ToolRun run = await ToolRun.OfAsync("restore", folder.Store, At("new"));
        Assert.That((run.Code, Directory.GetFileSystemEntries(At("new"))), Is.EqualTo((ExitCode.Usage, Array.Empty<string>())));
    }

    [Test]
    public async Task Restore_BelowFoldersThatAreMissing_MakesThem()
    {
        using ToolFolder folder = new();
        ToolRun run = await ToolRun.OfAsync("restore", folder.Store, At("a/b/new"));
        Assert.That(run.Code, Is.EqualTo(ExitCode.Ok), run.Messages);
        Assert.That((await ToolRun.OfAsync("get", At("a/b/new"), "alice")).Code, Is.EqualTo(ExitCode.Ok));
        Assert.That(Directory.GetFileSystemEntries(At("a/b")), Is.EqualTo(new[] { At("a/b/new") }));
        if (!OperatingSystem.IsWindows())
        {
            Assert.That(File.GetUnixFileMode(At("a/b/new")), Is.EqualTo(
                UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute));
        }
    }

    [Test]
    [Platform(Exclude = "Win")]
    public async Task Tail_NobodyReadsThePipeAnyMore_Ends()
    {
        using ToolFolder folder = new();
        string tool = Path.Combine(AppContext.BaseDirectory, "Signals.Tool.dll");
        using WatchedProcess tail = WatchedProcess.Start(new("dotnet", ["exec", tool, "tail", folder.Store, "alice"]));
        using (StreamReader reader = new(tail.Output))
        {
            Assert.That(await reader.ReadLineAsync(), Does.Contain(" view 1 "));
        }

        using (SignalStore writer = SignalStore.Open(folder.Store, SignalStore.ReadSchema(folder.Store)))
        {
            EventBatch batch = writer.CreateBatch("view");
            batch.Add(UserId.From("alice"), TestStores.Start + 5, 7).Set("n", 70);
            await writer.AppendAsync(batch);
            (int code, _, string errors) = await tail.WhenEndedAsync();
            Assert.That((ExitCode)code, Is.EqualTo(ExitCode.Failed), errors);
        }
    }

    private string At(string name) => Path.Combine(_root, name);

    /// <summary>A disk without room.</summary>
    private sealed class FullDisk : MemoryStream
    {
        public override void Write(byte[] buffer, int offset, int count) => throw new IOException("no room");

        public override void Write(ReadOnlySpan<byte> buffer) => throw new IOException("no room");
    }
}
