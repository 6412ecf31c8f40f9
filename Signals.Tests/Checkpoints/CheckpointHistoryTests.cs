using Signals.Checkpoints;
using Signals.Tests.Reliability;
using Signals.Tests.Storage.Engine;

namespace Signals.Tests.Checkpoints;

/// <summary>
/// Random histories of two owners of one source: appends, flushes, compactions, erasures, reopenings, checkpoints, collections, faults
/// of the target, and activations. Whatever is restored answers as the store did at that checkpoint.
/// </summary>
[Category("Reliability")]
internal sealed class CheckpointHistoryTests
{
    [Test]
    public async Task Restore_AfterAnyHistory_AnswersAsTheStoreDid()
    {
        int histories = TestScale.Of(100);
        int restored = 0;
        for (int i = 0; i < histories; i++)
        {
            restored += await RunAsync(seed: 1000 + i);
        }

        Assert.That(restored, Is.GreaterThan(histories));
        TestContext.Out.WriteLine($"{histories} histories, {restored} restorings");
    }

    private static async Task<int> RunAsync(int seed)
    {
        using TempFolder folder = new();
        ManualTime time = new(CheckpointStores.Start);
        MemoryTarget memory = new(time);
        FaultyTarget target = new(memory);
        Random random = new(seed);
        CheckpointOptions options = new()
        {
            PartBytes = random.Next(2) == 0 ? 4096 : 1 << 20,
            Parallelism = random.Next(1, 5),
            TimeProvider = time,
            RetainCount = 2,
            Grace = TimeSpan.FromHours(4),
            RetainAge = TimeSpan.FromHours(8),
        };
        Dictionary<string, string> answersOf = []; // by the id of the checkpoint
        Owner[] owners = [new(folder["a"], target, options), new(folder["b"], target, options)];
        int restored = 0;
        long highest = 0;
        try
        {
            for (int step = 0; step < 40; step++)
            {
                string when = $"seed {seed}, step {step}";
                Owner owner = owners[random.Next(2)];
                time.NowMs += random.Next(1, 40) * 60_000;
                switch (random.Next(10))
                {
                    case 0 or 1 or 2:
                        long known = owner.Store.GetResumePosition(CheckpointStores.Source) ?? 0;
                        CheckpointStores.Feed(owner.Store, known + random.Next(1, 80));
                        break;
                    case 3:
                        await owner.Store.FlushAsync();
                        break;
                    case 4:
                        await owner.Store.CompactAsync();
                        break;
                    case 5:
                        await owner.Store.EraseAsync(CheckpointStores.UserOf(random.Next(7)));
                        break;
                    case 6:
                        target.FailFrom = random.Next(3) == 0 ? target.Calls + random.Next(12) : int.MaxValue;
                        (target.Failures, target.Kind) = (random.Next(1, 20), (FaultKind)random.Next(4));
                        await UploadAsync(owner, answersOf, when);
                        target.FailFrom = int.MaxValue;
                        break;
                    case 7:
                        await UploadAsync(owner, answersOf, when);
                        break;
                    case 8:
                        await new CheckpointCollector(memory, options).CollectAsync();
                        break;
                    default:
                        owner.Close();
                        await owner.ActivateAsync(CheckpointStores.Options, when);
                        break;
                }

                StoredCheckpoint? current = await new CheckpointRestorer(memory, options).FindCurrentAsync();
                long position = current?.Position.Sources.SingleOrDefault().Position ?? 0;
                Assert.That(position, Is.GreaterThanOrEqualTo(highest), when);
                highest = position;
            }

            foreach (StoredCheckpoint checkpoint in await new CheckpointRestorer(memory, options).ListAsync())
            {
                string copy = folder[checkpoint.Id];
                await new CheckpointRestorer(memory, options).RestoreAsync(copy, checkpoint.Id);
                if (answersOf.TryGetValue(checkpoint.Id, out string? answers))
                {
                    Assert.That(CheckpointStores.AnswersOf(copy), Is.EqualTo(answers), $"seed {seed}, {checkpoint.Position}");
                    restored++;
                }
            }
        }
        finally
        {
            Array.ForEach(owners, owner => owner.Close());
        }

        return restored;
    }

    private static async Task UploadAsync(Owner owner, Dictionary<string, string> answersOf, string when)
    {
        try
        {
            UploadResult result = await owner.Uploader.UploadAsync();
            if (result.Outcome == UploadOutcome.Published)
            {
                answersOf[result.Checkpoint.Id] = CheckpointStores.Answers(owner.Store);
            }
        }
        catch (CheckpointTargetException e)
        {
            TestContext.Out.WriteLine($"{when}: {e.Message}");
        }
    }

    /// <summary>A machine with its folder. Its store is closed and activated again now and then.</summary>
    private sealed class Owner
    {
        private readonly string _path;
        private readonly CheckpointTarget _target;
        private readonly CheckpointOptions _options;

        public Owner(string path, CheckpointTarget target, CheckpointOptions options)
        {
            (_path, _target, _options) = (path, target, options);
            Open();
        }

        public SignalStore Store { get; private set; } = null!;

        public CheckpointUploader Uploader { get; private set; } = null!;

        public void Close() => Store.Dispose();

        public async Task ActivateAsync(StoreOptions options, string when)
        {
            ActivationResult result = await new CheckpointRestorer(_target, _options).RestoreIfNewerAsync(_path, options);
            Assert.That(result.SetAside, Is.Null, when);
            Open();
            CheckpointPosition? far = result.Outcome == ActivationOutcome.Restored ? result.Checkpoint!.Position : result.LocalPosition;
            Assert.That(far is null || CheckpointPosition.Of(Store).Covers(far), when);
        }

        private void Open()
        {
            Store = CheckpointStores.Open(_path);
            Uploader = new CheckpointUploader(Store, _target, _options);
        }
    }
}
