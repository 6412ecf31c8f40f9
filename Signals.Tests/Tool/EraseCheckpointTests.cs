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
        string place = folder.At("copy");
        using (SignalStore store = SignalStore.Open(folder.Store, SignalStore.ReadSchema(folder.Store)))
        {
            if (isShared)
            {
                await new CheckpointUploader(store, new FolderTarget(place)).UploadAsync();
            }
            else
            {
                await store.CheckpointAsync(place);
            }
        }

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
}
