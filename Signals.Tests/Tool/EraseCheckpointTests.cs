using System.Text.Json;
using Signals.Checkpoints;
using Signals.Tool;

namespace Signals.Tests.Tool;

/// <summary>The command erase cleans a checkpoint, too, when one is named, and prints what it did there.</summary>
internal sealed class EraseCheckpointTests
{
    [Test]
    public async Task Erase_WithACheckpoint_CleansItAndPrintsItsCertificate([Values] bool isShared)
    {
        using ToolFolder folder = new();
        string place = await CopyAsync(folder, isShared);
        ToolRun run = await ToolRun.OfAsync("erase", folder.Store, "alice", "--yes", "--checkpoint", place, "--json");
        Assert.That(run.Code, Is.EqualTo(ExitCode.Ok), run.Messages);
        using JsonDocument printed = JsonDocument.Parse(run.Text);
        JsonElement certificate = printed.RootElement.GetProperty("checkpoint");
        Assert.That(certificate.GetProperty("complete").GetBoolean());
        Assert.That(certificate.GetProperty("users")[0].GetProperty("found").GetBoolean());
        Assert.That(certificate.GetProperty("deleted").GetArrayLength(), Is.Positive);
        string copy = isShared ? folder.At("restored") : place;
        if (isShared)
        {
            await new CheckpointRestorer(new FolderTarget(place)).RestoreAsync(copy);
        }

        Assert.That((await ToolRun.OfAsync("get", copy, "alice")).Code, Is.EqualTo(ExitCode.NotFound));
        Assert.That((await ToolRun.OfAsync("get", copy, "bob")).Code, Is.EqualTo(ExitCode.Ok));
    }

    [Test]
    public async Task Erase_WithACheckpointThatIsNotThere_ErasesNothing()
    {
        using ToolFolder folder = new();
        ToolRun run = await ToolRun.OfAsync("erase", folder.Store, "alice", "--yes", "--checkpoint", folder.At("nowhere"));
        Assert.That(run.Code, Is.EqualTo(ExitCode.NotFound));
        Assert.That(run.Messages, Does.Contain("nowhere").And.Contain("holds no checkpoint"));
        Assert.That((await ToolRun.OfAsync("get", folder.Store, "alice")).Code, Is.EqualTo(ExitCode.Ok));
    }

    [TestCase("", TestName = "Erase_CheckpointIsTheStore_ErasesNothing")]
    [TestCase("/.", TestName = "Erase_CheckpointIsTheStoreByAnotherPath_ErasesNothing")]
    public async Task Erase_CheckpointIsTheStore(string suffix)
    {
        using ToolFolder folder = new();
        ToolRun run = await ToolRun.OfAsync("erase", folder.Store, "alice", "--yes", "--checkpoint", folder.Store + suffix);
        Assert.That((run.Code, run.Messages.Contains("the store itself", StringComparison.Ordinal)), Is.EqualTo((ExitCode.Usage, true)));
        await RequireAliceAsync(folder.Store);
    }

    [Test]
    public async Task Erase_CheckpointIsALinkToTheStore_ErasesNothing()
    {
        using ToolFolder folder = new();
        Directory.CreateSymbolicLink(folder.At("link"), folder.Store);
        ToolRun run = await ToolRun.OfAsync("erase", folder.Store, "alice", "--yes", "--checkpoint", folder.At("link"));
        Assert.That(run.Code, Is.EqualTo(ExitCode.Usage), run.Messages);
        await RequireAliceAsync(folder.Store);
    }

    [Test]
    public async Task Erase_CheckpointIsOpen_ErasesNothing()
    {
        using ToolFolder folder = new();
        Assert.That((await ToolRun.OfAsync("checkpoint", folder.Store, folder.At("copy"))).Code, Is.EqualTo(ExitCode.Ok));
        using (SignalStore.Open(folder.At("copy"), SignalStore.ReadSchema(folder.Store)))
        {
            ToolRun run = await ToolRun.OfAsync("erase", folder.Store, "alice", "--yes", "--checkpoint", folder.At("copy"));
            Assert.That(run.Code, Is.EqualTo(ExitCode.Locked), run.Messages);
        }

        await RequireAliceAsync(folder.Store);
    }

    [Test]
    public async Task Erase_CheckpointIsDamaged_ErasesNothing([Values] bool isShared)
    {
        using ToolFolder folder = new();
        string place = await CopyAsync(folder, isShared);
        foreach (string file in Directory.GetFiles(isShared ? Path.Combine(place, "current") : place, isShared ? "*" : "CURRENT"))
        {
            await File.WriteAllTextAsync(file, "MANIFEST-000009 00000000\n");
        }

        ToolRun run = await ToolRun.OfAsync("erase", folder.Store, "alice", "--yes", "--checkpoint", place);
        Assert.That(run.Code, Is.EqualTo(ExitCode.Damaged), run.Messages);
        await RequireAliceAsync(folder.Store);
    }

    [Test]
    public async Task Erase_PlaceForTheFilesOfTheCheckpointHoldsSomethingElse_ErasesNothingAndLeavesIt()
    {
        using ToolFolder folder = new();
        string place = await CopyAsync(folder, isShared: true);
        Directory.CreateDirectory(folder.Store + ".erasing");
        await File.WriteAllTextAsync(folder.Store + ".erasing/note", "mine");
        ToolRun run = await ToolRun.OfAsync("erase", folder.Store, "alice", "--yes", "--checkpoint", place);
        Assert.That((run.Code, run.Messages.Contains(".erasing", StringComparison.Ordinal)), Is.EqualTo((ExitCode.Failed, true)));
        Assert.That(await File.ReadAllTextAsync(folder.Store + ".erasing/note"), Is.EqualTo("mine"));
        await RequireAliceAsync(folder.Store);
    }

    [Test]
    public async Task Erase_TheCheckpointFails_TellsTheCertificateOfTheStore()
    {
        using ToolFolder folder = new();
        string place = await CopyAsync(folder, isShared: true);
        Directory.Delete(Path.Combine(place, "parts"), recursive: true);
        ToolRun run = await ToolRun.OfAsync("erase", folder.Store, "alice", "--yes", "--checkpoint", place);
        Assert.That(run.Code, Is.Not.EqualTo(ExitCode.Ok), run.Messages);
        Assert.That(run.Messages, Does.Contain("\"complete\":true").Or.Contain("\"complete\": true"));
        Assert.That(run.Messages, Does.Contain(place).And.Contain("erase again"));
        Assert.That((await ToolRun.OfAsync("get", folder.Store, "alice")).Code, Is.EqualTo(ExitCode.NotFound));
    }

    [Test]
    public async Task Erase_Asked_NamesTheCheckpoint()
    {
        using ToolFolder folder = new();
        string place = await CopyAsync(folder, isShared: false);
        ToolRun run = await ToolRun.OfAsync(
            200, ["erase", folder.Store, "alice", "--checkpoint", place], new StringWriter(), new StringReader("no\n"), default);
        Assert.That((run.Code, run.Messages.Contains($"also from the folder '{place}'?", StringComparison.Ordinal)),
            Is.EqualTo((ExitCode.Usage, true)), run.Messages);
        await RequireAliceAsync(folder.Store);
    }

    private static async Task<string> CopyAsync(ToolFolder folder, bool isShared)
    {
        string place = folder.At("copy");
        using SignalStore store = SignalStore.Open(folder.Store, SignalStore.ReadSchema(folder.Store));
        if (isShared)
        {
            await new CheckpointUploader(store, new FolderTarget(place)).UploadAsync();
        }
        else
        {
            await store.CheckpointAsync(place);
        }

        return place;
    }

    private static async Task RequireAliceAsync(string store) =>
        Assert.That((await ToolRun.OfAsync("get", store, "alice")).Code, Is.EqualTo(ExitCode.Ok), "nothing was erased");
}
