using Signals.Checkpoints;
using Signals.Maintenance;
using Signals.Tests.Reliability;
using Signals.Tests.Storage.Engine;

namespace Signals.Tests.Checkpoints;

/// <summary>
/// Uploads, collections and other erasures come between each two calls of an erasure, and an erasure between each two calls of an upload
/// and of a restoring: no part is lost, and nobody comes back unless the certificate says that something is left.
/// </summary>
[Category("Reliability")]
internal sealed class CheckpointEraserRaceTests : EraserFixture
{
    // An erasure looks at CURRENT last of all, and then finds and opens the manifest that it names.
    private const int CallsAfterTheLastLook = 2;

    /// <summary>An upload between two calls of an erasure names no part that the erasure deletes.</summary>
    [Test]
    public async Task Erase_UploadBetweenEachTwoCalls_NeverLosesAPart([Values] bool isAhead)
    {
        (MemoryTarget uploaded, SignalStore store) = await UploadedAsync();
        using (store)
        {
            if (isAhead)
            {
                CheckpointStores.Feed(store, Third);
            }

            long position = isAhead ? Third : First;
            FaultyTarget counted = new(uploaded.Copy());
            await EraseAsync(counted, new UserErasure(Marked));
            for (int k = isAhead ? 3 : 0; k < counted.Calls; k += TestScale.Step)
            {
                MemoryTarget target = uploaded.Copy();
                FaultyTarget watched = new(target)
                {
                    OnCall = number => number == k ? new CheckpointUploader(store, target, Options).UploadAsync() : Task.CompletedTask,
                };
                CheckpointErasureCertificate certificate = await EraseAsync(watched, new UserErasure(Marked));
                bool isLooked = k < counted.Calls - CallsAfterTheLastLook; // What a store that was not erased sends later, nobody sees.
                bool isClean = (await ResidueAsync(target)).Count == 0;
                Assert.That(isClean || !isLooked || !certificate.IsComplete, $"call {k} brought the user back");
                StoredCheckpoint? current = await new CheckpointRestorer(target, Options).FindCurrentAsync();
                Assert.That(current!.Position.Sources.Single().Position, Is.EqualTo(position), $"call {k}");
                Assert.That(await AnswersAsync(target), Is.EqualTo(CheckpointStores.Answers(store)), $"call {k}");
            }
        }
    }

    /// <summary>An erasure between two calls of an upload: what the upload stored or found before is gone.</summary>
    [Test]
    public async Task Upload_ErasureBetweenEachTwoCalls_PublishesNothingIncomplete([Values] bool afterAnInterruptedOne)
    {
        (MemoryTarget uploaded, SignalStore store) = await UploadedAsync();
        using (store)
        {
            CheckpointStores.Feed(store, Second);
            if (afterAnInterruptedOne)
            {
                FaultyTarget faulty = new(uploaded) { FailFrom = 5 };
                Assert.That(
                    () => new CheckpointUploader(store, faulty, Options).UploadAsync(), Throws.InstanceOf<CheckpointTargetException>());
            }

            FaultyTarget counted = new(uploaded.Copy());
            await new CheckpointUploader(store, counted, Options).UploadAsync();
            for (int k = afterAnInterruptedOne ? 3 : 0; k < counted.Calls; k += TestScale.Step)
            {
                MemoryTarget target = uploaded.Copy();
                FaultyTarget watched = new(target)
                {
                    OnCall = number => number == k ? EraseAsync(target, new UserErasure(Marked)) : Task.CompletedTask,
                };
                CheckpointUploader uploader = new(store, watched, Options);
                Assert.That((await uploader.UploadAsync()).Outcome, Is.EqualTo(UploadOutcome.Published), $"call {k}");
                Assert.That(await AnswersAsync(target), Is.EqualTo(CheckpointStores.Answers(store)), $"call {k}");
            }
        }
    }

    [Test]
    public async Task Restore_ErasureMeanwhile_FetchesTheCleanCheckpoint()
    {
        (MemoryTarget uploaded, SignalStore store) = await UploadedAsync();
        using (store)
        {
            FaultyTarget counted = new(uploaded);
            await new CheckpointRestorer(counted, Options).RestoreAsync(Folder["counted"]);
            for (int k = 1; k < counted.Calls; k += (TestScale.Step + 1) / 2)
            {
                MemoryTarget target = uploaded.Copy();
                FaultyTarget watched = new(target)
                {
                    OnCall = number => number == k ? EraseAsync(target, new UserErasure(Marked)) : Task.CompletedTask,
                };
                string copy = Folder[$"restored-{k}"];
                await new CheckpointRestorer(watched, Options).RestoreAsync(copy);
                Assert.That(CheckpointStores.AnswersOf(copy), Is.EqualTo(CheckpointStores.Answers(store)), $"call {k}");
            }
        }
    }

    /// <summary>
    /// The user is erased in the store and then in the target, while an upload is under way whose copy of the store is older.
    /// </summary>
    [Test]
    public async Task Upload_UserErasedInStoreAndTargetBetweenEachTwoCalls_BringsNobodyBack()
    {
        (MemoryTarget uploaded, SignalStore first) = await UploadedAsync();
        FaultyTarget counted = new(uploaded.Copy());
        using (first)
        {
            CheckpointStores.Feed(first, Second);
            await new CheckpointUploader(first, counted, Options).UploadAsync();
        }

        for (int k = counted.Calls - 1; k > 0; k -= TestScale.Step)
        {
            MemoryTarget target = uploaded.Copy();
            using SignalStore store = OpenMarked($"store-{k}");
            CheckpointStores.Feed(store, Second);
            CheckpointErasureCertificate? certificate = null;
            FaultyTarget watched = new(target)
            {
                OnCall = async number =>
                {
                    if (number == k)
                    {
                        ErasureCertificate inStore = await store.EraseCertifiedAsync(Marked);
                        await store.CompactAsync();
                        certificate = await EraseAsync(
                            target, new UserErasure(Marked, DateTimeOffset.FromUnixTimeMilliseconds(inStore.CutoffMs)));
                    }
                },
            };
            await new CheckpointUploader(store, watched, Options).UploadAsync();
            Assert.That(certificate, Is.Not.Null, $"call {k}");
            Assert.That(await ResidueAsync(target), Is.Empty, $"call {k}");
            Assert.That(await AnswersAsync(target), Is.EqualTo(CheckpointStores.Answers(store)), $"call {k}");
        }
    }

    /// <summary>Another erasure deletes what this one fetches, and the manifest that it has just found.</summary>
    [Test]
    public async Task Erase_AnotherErasureBetweenEachTwoCalls_CleansTogether()
    {
        (MemoryTarget uploaded, SignalStore store) = await UploadedAsync();
        using (store)
        {
            FaultyTarget counted = new(uploaded.Copy());
            await EraseAsync(counted, new UserErasure(Marked));
            for (int k = 7; k < counted.Calls; k += TestScale.Step)
            {
                MemoryTarget target = uploaded.Copy();
                FaultyTarget watched = new(target)
                {
                    OnCall = number => number != k ? Task.CompletedTask : new CheckpointEraser(target, Options).EraseAsync(
                        Folder["other"], [new UserErasure(UserId.From("nobody"))], CheckpointStores.Options),
                };
                CheckpointErasureCertificate certificate = await EraseAsync(watched, new UserErasure(Marked));
                Assert.That(!certificate.IsComplete || (await ResidueAsync(target)).Count == 0, $"call {k}");
                Assert.That(await AnswersAsync(target), Is.EqualTo(CheckpointStores.Answers(store)), $"call {k}");
                Assert.That((await EraseAsync(target, new UserErasure(Marked))).IsComplete, $"call {k}");
                await RequireOnlyCurrentAsync(target);
                Assert.That(await ResidueAsync(target), Is.Empty, $"call {k}");
            }
        }
    }

    /// <summary>A collection writes CURRENT anew, and everything else stays: nothing is fetched again.</summary>
    [Test]
    public async Task Erase_CollectionBetweenEachTwoCalls_RepeatsNoMoreThanTheSwap()
    {
        Options = new CheckpointOptions { Parallelism = 1, TimeProvider = Time, PartBytes = 4096 };
        (MemoryTarget uploaded, SignalStore store) = await UploadedAsync();
        using (store)
        {
            FaultyTarget counted = new(uploaded.Copy());
            await EraseAsync(counted, new UserErasure(Marked));
            const int another = 11; // three for CURRENT, three for the list, the manifest, the swap, and three to delete a manifest
            Assert.That(counted.Calls, Is.GreaterThan(3 * another));
            for (int k = 1; k < counted.Calls; k += TestScale.Step)
            {
                MemoryTarget target = uploaded.Copy();
                FaultyTarget watched = new(target)
                {
                    OnCall = number => number == k ? new CheckpointCollector(target, Options).CollectAsync() : Task.CompletedTask,
                };
                Assert.That((await EraseAsync(watched, new UserErasure(Marked))).IsComplete, $"call {k}");
                Assert.That(watched.Calls, Is.LessThanOrEqualTo(counted.Calls + another), $"call {k}");
                await RequireOnlyCurrentAsync(target);
            }
        }
    }

    /// <summary>
    /// The machine that erases is seven hours behind. What it deletes must not look as if it were stored after the erasure.
    /// </summary>
    [Test]
    public async Task Erase_ByASlowClock_DeletesNothingThatAnUploadNames()
    {
        (MemoryTarget uploaded, SignalStore store) = await UploadedAsync();
        CheckpointOptions slow = new() { Parallelism = 1, TimeProvider = new ManualTime(CheckpointStores.Start) };
        Time.NowMs += (long)TimeSpan.FromHours(7).TotalMilliseconds;
        using (store)
        {
            CheckpointStores.Feed(store, Second);
            FaultyTarget faulty = new(uploaded) { FailFrom = 5 };
            Assert.That(
                () => new CheckpointUploader(store, faulty, Options).UploadAsync(), Throws.InstanceOf<CheckpointTargetException>());
            FaultyTarget counted = new(uploaded.Copy());
            await EraseAsync(counted, slow);
            for (int k = counted.Calls - 1; k > 3; k -= (TestScale.Step + 1) / 2)
            {
                MemoryTarget target = uploaded.Copy();
                FaultyTarget watched = new(target)
                {
                    OnCall = number => number == k ? new CheckpointUploader(store, target, Options).UploadAsync() : Task.CompletedTask,
                };
                await EraseAsync(watched, slow);
                Assert.That(await AnswersAsync(target), Is.EqualTo(CheckpointStores.Answers(store)), $"call {k}");
            }
        }
    }

    /// <summary>An erasure deletes the manifest between the call that finds it and the call that reads it.</summary>
    [Test]
    public async Task ReadCurrent_ErasureBeforeTheManifestIsRead_ReadsTheCleanOne(
        [Values("find", "restore", "activate", "upload")] string what)
    {
        (MemoryTarget target, SignalStore store) = await UploadedAsync();
        using (store)
        {
            CheckpointErasureCertificate? certificate = null;
            FaultyTarget watched = new(target)
            {
                OnCall = async number => certificate = number == 2 ? await EraseAsync(target, new UserErasure(Marked)) : certificate,
            };
            CheckpointRestorer restorer = new(watched, Options);
            string? read = what switch
            {
                "find" => (await restorer.FindCurrentAsync())!.Id,
                "restore" => (await restorer.RestoreAsync(Folder["restored"])).Id,
                "activate" => (await restorer.RestoreIfNewerAsync(Folder["restored"])).Checkpoint!.Id,
                _ => (await new CheckpointUploader(store, watched, Options).UploadAsync()).Outcome == UploadOutcome.Published
                    ? certificate?.CheckpointId : null,
            };
            Assert.That(read, Is.Not.Null.And.EqualTo(certificate?.CheckpointId));
        }
    }

    private Task<CheckpointErasureCertificate> EraseAsync(CheckpointTarget target, CheckpointOptions options) =>
        new CheckpointEraser(target, options).EraseAsync(Folder["scratch"], [new UserErasure(Marked)], CheckpointStores.Options);
}
