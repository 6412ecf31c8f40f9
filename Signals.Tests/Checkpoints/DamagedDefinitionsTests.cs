using Signals.Checkpoints;
using Signals.Tests.Storage.Engine;

namespace Signals.Tests.Checkpoints;

/// <summary>A local store whose events are intact and whose stored definitions are damaged.</summary>
[Category("Fast")]
internal sealed class DamagedDefinitionsTests
{
    private TempFolder _folder = null!;
    private MemoryTarget _target = null!;
    private CheckpointOptions _options = null!;

    [SetUp]
    public void SetUp()
    {
        _folder = new TempFolder();
        ManualTime time = new(CheckpointStores.Start);
        _target = new MemoryTarget(time);
        _options = new CheckpointOptions { PartBytes = 4096, TimeProvider = time };
    }

    [TearDown]
    public void TearDown() => _folder.Dispose();

    [TestCase(140, 100)]
    [TestCase(100, 100)]
    [TestCase(60, 100)]
    public async Task Activate_OnlyTheDefinitionsAreDamaged_AnOlderCheckpointDoesNotReplaceTheEvents(int local, int checkpoint)
    {
        string definitions = Damage(local);
        using (SignalStore store = CheckpointStores.Open(_folder["elsewhere"]))
        {
            CheckpointStores.Feed(store, checkpoint);
            await new CheckpointUploader(store, _target, _options).UploadAsync();
        }

        ActivationResult result = await ActivateAsync();
        bool isBehind = local < checkpoint;
        Assert.That(result.Outcome, Is.EqualTo(isBehind ? ActivationOutcome.Restored : ActivationOutcome.LocalKept));
        Assert.That(Path.GetFileName(result.LocalDamage?.File), Is.EqualTo("DEFINITIONS"));
        Assert.That(result.SetAside is not null, Is.EqualTo(isBehind));
        if (!isBehind)
        {
            File.Delete(definitions);
            using SignalStore store = CheckpointStores.Open(_folder["local"]);
            Assert.That(
                result.LocalPosition!.CommitPosition, Is.EqualTo(store.CommitPosition), "a store without sources is compared by it");
        }

        Assert.That(CheckpointStores.AnswersOf(_folder["local"]), Is.EqualTo(CheckpointStores.AnswersAt(Math.Max(local, checkpoint))));
    }

    [Test]
    public async Task Activate_OnlyTheDefinitionsAreDamagedAndThereIsNoCheckpoint_IsRefused()
    {
        Damage(60);
        await Assert.ThatAsync(ActivateAsync, Throws.InstanceOf<CorruptionException>().With.Message.Contains("DEFINITIONS"));
    }

    private string Damage(int events)
    {
        using (SignalStore store = CheckpointStores.Open(_folder["local"]))
        {
            CheckpointStores.Feed(store, events);
        }

        string path = Path.Combine(_folder["local"], "DEFINITIONS");
        File.WriteAllText(path, "damaged");
        return path;
    }

    private Task<ActivationResult> ActivateAsync() =>
        new CheckpointRestorer(_target, _options).RestoreIfNewerAsync(_folder["local"], CheckpointStores.Options);
}
