using System.Security.Cryptography;
using Signals.Checkpoints;
using Signals.Checkpoints.Formats;
using Signals.Maintenance;
using Signals.Tests.Reliability;

namespace Signals.Tests.Checkpoints;

/// <summary>
/// Users are erased from every checkpoint in shared storage: no blob holds them, everybody else's events are there, and no moment is
/// without a complete checkpoint, whatever fails.
/// </summary>
[Category("Reliability")]
internal sealed class CheckpointEraserTests : EraserFixture
{
    [Test]
    public async Task Erase_UserInTheCurrentAndOlderCheckpoints_LeavesNothingAndListsEachBlob()
    {
        MemoryTarget target = new(Time);
        using SignalStore store = OpenMarked("store");
        CheckpointUploader uploader = new(store, target, Options);
        CheckpointStores.Feed(store, First);
        await uploader.UploadAsync();
        CheckpointStores.Feed(store, Second);
        await store.FlushAsync();
        await uploader.UploadAsync();
        string answers = CheckpointStores.Answers(store);
        Dictionary<string, byte[]> before = target.Blobs.ToDictionary(blob => blob.Key, blob => blob.Value.Content);
        Assert.That(await ResidueAsync(target), Is.Not.Empty, "the search sees what is there");

        CheckpointErasureCertificate certificate =
            await EraseAsync(target, new UserErasure(Marked), new UserErasure(UserId.From("nobody")));
        Assert.That(certificate.IsComplete, Is.True, string.Join('\n', certificate.Left));
        Assert.That(certificate.Users.Select(user => (user.User, user.WasFound)), Is.EqualTo(new[]
        {
            (Marked, true), (UserId.From("nobody"), false),
        }));
        Assert.That(
            certificate.Deleted, Is.EquivalentTo(before.Where(blob => !target.Blobs.ContainsKey(blob.Key)).Select(Described)));
        Assert.That(certificate.Deleted.Select(blob => blob.Name), Is.All.Matches<string>(name => !target.Blobs.ContainsKey(name!)));
        Assert.That(
            certificate.Written, Is.EquivalentTo(target.Blobs.Where(blob => !before.ContainsKey(blob.Key))
                .Select(blob => Described(KeyValuePair.Create(blob.Key, blob.Value.Content)))));

        IReadOnlyList<StoredCheckpoint> listed = await new CheckpointRestorer(target, Options).ListAsync();
        Assert.That(listed.Select(one => one.Id), Is.EqualTo(new[] { certificate.CheckpointId }), "older ones are gone");
        Assert.That(listed[0].Position.Sources.Single().Position, Is.EqualTo(Second));
        await RequireOnlyCurrentAsync(target);
        Assert.That(await ResidueAsync(target), Is.Empty);
        Assert.That(await AnswersAsync(target), Is.EqualTo(answers));
        Assert.That(Folder.Entries, Does.Not.Contain("scratch").And.Not.Contain("scratch.clean"));
    }

    [Test]
    public async Task Erase_WithoutACheckpoint_SaysWhatIsThere([Values] bool interrupted)
    {
        MemoryTarget target = new(Time);
        using SignalStore store = OpenMarked("store");
        if (interrupted)
        {
            FaultyTarget faulty = new(target) { FailFrom = 4 };
            Assert.That(
                () => new CheckpointUploader(store, faulty, Options).UploadAsync(), Throws.InstanceOf<CheckpointTargetException>());
        }

        CheckpointErasureCertificate certificate = await EraseAsync(target, new UserErasure(Marked));
        Assert.That(certificate.Left, Is.EquivalentTo(target.Blobs.Keys));
        Assert.That((certificate.IsComplete, certificate.CheckpointId), Is.EqualTo((!interrupted, (string?)null)));
    }

    /// <summary>Parts that an interrupted upload left are in no checkpoint, and are deleted nevertheless.</summary>
    [Test]
    public async Task Erase_AfterAnInterruptedUpload_DeletesItsParts()
    {
        (MemoryTarget target, SignalStore store) = await UploadedAsync();
        using (store)
        {
            CheckpointStores.Feed(store, Second);
            FaultyTarget faulty = new(target) { FailFrom = 6 };
            Assert.That(
                () => new CheckpointUploader(store, faulty, Options).UploadAsync(), Throws.InstanceOf<CheckpointTargetException>());
            Assert.That((await EraseAsync(target, new UserErasure(Marked))).IsComplete);
            await RequireOnlyCurrentAsync(target);
        }
    }

    [Test]
    public async Task Erase_StopsAtEachCall_LeavesACompleteCheckpointAndTheNextRunCleans([Values] FaultKind kind)
    {
        (MemoryTarget uploaded, SignalStore store) = await UploadedAsync();
        using (store)
        {
            string answers = CheckpointStores.Answers(store);
            FaultyTarget counted = new(uploaded.Copy());
            await EraseAsync(counted, new UserErasure(Marked));
            Assert.That(counted.Calls, Is.GreaterThan(10));
            for (int k = (int)kind; k < counted.Calls; k += TestScale.Step)
            {
                MemoryTarget target = uploaded.Copy();
                FaultyTarget faulty = new(target) { FailFrom = k, Kind = kind };
                Assert.That(() => EraseAsync(faulty, new UserErasure(Marked)), Throws.InstanceOf<CheckpointTargetException>(), $"call {k}");
                Assert.That(await AnswersAsync(target), Is.EqualTo(answers), $"call {k}");
                Assert.That((await EraseAsync(target, new UserErasure(Marked))).IsComplete, $"call {k}");
                await RequireOnlyCurrentAsync(target);
                Assert.That(await ResidueAsync(target), Is.Empty, $"call {k}");
            }
        }
    }

    [Test]
    public async Task Upload_AfterAnErasure_KeepsTheMarkOfIt()
    {
        (MemoryTarget target, SignalStore store) = await UploadedAsync();
        using (store)
        {
            await EraseAsync(target, new UserErasure(Marked));
            ErasureMark? mark = (await ManifestAsync(target)).Erasure;
            Assert.That(mark, Is.Not.Null);
            CheckpointStores.Feed(store, Second);
            await new CheckpointUploader(store, target, Options).UploadAsync();
            Assert.That((await ManifestAsync(target)).Erasure, Is.EqualTo(mark));
        }
    }

    [Test]
    public async Task Erase_DamagedCheckpoint_IsRefusedAndChangesNothing()
    {
        (MemoryTarget target, SignalStore store) = await UploadedAsync();
        using (store)
        {
            string part = target.Blobs.Keys.First(name => name.StartsWith(BlobNames.Parts, StringComparison.Ordinal));
            target.Blobs[part].Content[^1] ^= 1;
            string[] before = [.. target.Blobs.Keys.Order(StringComparer.Ordinal)];
            Assert.That(() => EraseAsync(target, new UserErasure(Marked)), Throws.InstanceOf<CorruptionException>());
            Assert.That(target.Blobs.Keys.Order(StringComparer.Ordinal), Is.EqualTo(before));
        }
    }

    [Test]
    public async Task Erase_WithoutUsersOrATimeThatWasSet_IsRefused()
    {
        (MemoryTarget target, SignalStore store) = await UploadedAsync();
        using (store)
        {
            string[] before = [.. target.Blobs.Keys.Order(StringComparer.Ordinal)];
            Assert.That(() => EraseAsync(target), Throws.ArgumentException);
            Assert.That(() => SignalStore.EraseFromCheckpointAsync(Folder["store"], []), Throws.ArgumentException);
            Assert.That(() => new UserErasure(Marked, default(DateTimeOffset)), Throws.ArgumentException);
            Assert.That(() => new UserErasure(Marked) with { UpTo = default(DateTimeOffset) }, Throws.ArgumentException);
            Assert.That(target.Blobs.Keys.Order(StringComparer.Ordinal), Is.EqualTo(before));
        }
    }

    /// <summary>Without sources a checkpoint goes by the stream of commits, so an erasure must not move it on.</summary>
    [Test]
    public async Task Erase_WithoutSources_LeavesRestoredCopiesBehindWhatTheOwnerUploadsNext()
    {
        MemoryTarget target = new(Time);
        using SignalStore owner = OpenMarked("owner");
        CheckpointUploader uploader = new(owner, target, Options);
        await uploader.UploadAsync();
        UserErasure[] many = [.. Enumerable.Range(0, 50).Select(i => new UserErasure(UserId.From($"erased-{i}")))];
        Assert.That((await EraseAsync(target, [new UserErasure(Marked), .. many])).IsComplete);
        CheckpointRestorer restorer = new(target, Options);
        await restorer.RestoreIfNewerAsync(Folder["standby"], CheckpointStores.Options);
        using (SignalStore standby = CheckpointStores.Open(Folder["standby"]))
        {
            Assert.That(standby.CommitPosition, Is.EqualTo((await ManifestAsync(target)).Position.CommitPosition));
        }

        EventBatch batch = owner.CreateBatch("view");
        batch.Add(UserId.From("later"), CheckpointStores.Start, 1).Set("n", 1).Set("note", "later");
        await owner.AppendAsync(batch);
        Assert.That((await uploader.UploadAsync()).Outcome, Is.EqualTo(UploadOutcome.Published));
        ActivationResult activation = await restorer.RestoreIfNewerAsync(Folder["standby"], CheckpointStores.Options);
        Assert.That(activation.Outcome, Is.EqualTo(ActivationOutcome.Restored));
    }

    [Test]
    public async Task Erase_InAFolderTarget_LeavesNothing()
    {
        FolderTarget target = new(Folder["target"], Time);
        using SignalStore store = OpenMarked("store");
        await new CheckpointUploader(store, target, Options).UploadAsync();
        string left = Path.Combine(Folder["target"], "tmp", $"{Guid.NewGuid():N}");
        File.WriteAllBytes(left, new byte[16]); // a crash leaves such a file
        CheckpointErasureCertificate certificate = await EraseAsync(target, new UserErasure(Marked));
        Assert.That(certificate.IsComplete, Is.True, string.Join('\n', certificate.Left));
        Assert.That(certificate.Deleted, Does.Contain(new CheckpointFile($"tmp/{Path.GetFileName(left)}", 16, "")));
        Assert.That(File.Exists(left), Is.False);
        Assert.That(await ResidueAsync(target), Is.Empty);
    }

    // A part has a header that is no part of its content.
    private static CheckpointFile Described(KeyValuePair<string, byte[]> blob)
    {
        int header = blob.Key.StartsWith(BlobNames.Parts, StringComparison.Ordinal) ? CheckpointFormat.HeaderBytes : 0;
        return new CheckpointFile(
            blob.Key, blob.Value.Length - header, Convert.ToHexStringLower(SHA256.HashData(blob.Value.AsSpan(header))));
    }
}
