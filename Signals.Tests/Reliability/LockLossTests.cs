namespace Signals.Tests.Reliability;

/// <summary>
/// A lock file that a script deletes or replaces lets a second process in: the first stops before it harms what is now another's.
/// </summary>
[Category("Reliability")]
internal sealed class LockLossTests
{
    private static readonly StoreSchema Schema = StoreSchema.Define(s => s.EventType("view", t => t.Field<long>("item")));

    [TestCase(Durability.Synced)]
    [TestCase(Durability.Buffered)]
    [TestCase(Durability.InMemory)]
    public void LockDeleted_AfterEachStepOfAWorkload_TheFirstStoreStopsAndTheSecondIsWhole(Durability durability)
    {
        for (int step = 0; step < 40; step += 3)
        {
            for (int attempt = 0; attempt < LockLossRun.AttemptCount; attempt++)
            {
                Assert.That(
                    new LockLossRun(files => files, durability, 0xA8).Verify(step, attempt),
                    Is.Null, $"after {step} steps, attempt {attempt}");
            }
        }
    }

    [TestCase(true)]
    [TestCase(false)]
    public async Task LockFile_DeletedOrReplacedOnDisk_IsNoticedByTheNextAppend(bool isReplaced)
    {
        string folder = Directory.CreateTempSubdirectory("signals-lock-").FullName;
        try
        {
            SignalStore first = SignalStore.Open(folder, Schema);
            await AppendAsync(first, 1);
            File.Delete(Path.Combine(folder, "LOCK"));
            if (isReplaced)
            {
                await File.WriteAllTextAsync(Path.Combine(folder, "LOCK"), "");
            }

            SignalStore second = SignalStore.Open(folder, Schema);
            await AppendAsync(second, 2);
            Assert.That(async () => await AppendAsync(first, 3), Throws.TypeOf<StorePoisonedException>());
            Assert.That(first.FirstError, Is.TypeOf<StoreLockLostException>());
            await first.DisposeAsync();
            await AppendAsync(second, 4);
            await second.DisposeAsync();
            await using SignalStore third = SignalStore.Open(folder, Schema);
            using Sequence sequence = third.Read(UserId.From(1UL), third.Query("view").Columns().Build());
            Assert.That(sequence.Ids.ToArray(), Is.SupersetOf(new ulong[] { 1, 2, 4 }));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task AppendAsync(SignalStore store, ulong id)
    {
        EventBatch batch = store.CreateBatch("view", 1);
        batch.Add(UserId.From(1UL), 1_772_323_200_000 + (long)id, id);
        await store.AppendAsync(batch);
    }
}
