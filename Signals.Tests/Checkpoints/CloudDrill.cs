using Signals.Checkpoints;

namespace Signals.Tests.Checkpoints;

/// <summary>Two owners, an overtaken one, a collection and a restoring, on any target.</summary>
internal static class CloudDrill
{
    public static async Task RunAsync(CheckpointTarget target)
    {
        using TempFolder folder = new();
        CheckpointOptions options = new() { PartBytes = 4096 };
        using SignalStore store = CheckpointStores.Open(folder["store"]);
        using SignalStore behind = CheckpointStores.Open(folder["behind"]);
        CheckpointUploader uploader = new(store, target, options);
        CheckpointStores.Feed(store, 200);
        CheckpointStores.Feed(behind, 100);
        Assert.That((await uploader.UploadAsync()).Outcome, Is.EqualTo(UploadOutcome.Published));
        Assert.That((await new CheckpointUploader(behind, target, options).UploadAsync()).Outcome, Is.EqualTo(UploadOutcome.Overtaken));
        await store.CompactAsync();
        CheckpointStores.Feed(store, 260);
        UploadResult second = await uploader.UploadAsync();
        Assert.That(second.Outcome, Is.EqualTo(UploadOutcome.Published));
        Assert.That(second.Checkpoint.Position.Sources.Single().Position, Is.EqualTo(260));
        Assert.That((await new CheckpointCollector(target, options).CollectAsync()).BlobsDeleted, Is.Zero);
        ActivationResult restored = await new CheckpointRestorer(target, options).RestoreIfNewerAsync(folder["copy"]);
        Assert.That(restored.Outcome, Is.EqualTo(ActivationOutcome.Restored));
        Assert.That(CheckpointStores.AnswersOf(folder["copy"]), Is.EqualTo(CheckpointStores.Answers(store)));
    }
}
