using System.Text;
using Signals.Checkpoints;
using Signals.Checkpoints.Formats;
using Signals.Maintenance;
using Signals.Storage.FileSystem;
using Signals.Tests.Reliability;
using Signals.Tests.Storage.Engine;

namespace Signals.Tests.Checkpoints;

/// <summary>
/// Users are erased from every checkpoint in shared storage: no blob holds them, everybody else's events are there, and no moment is
/// without a complete checkpoint, whatever fails and whoever comes between.
/// </summary>
[Category("Reliability")]
internal sealed class CheckpointEraserTests
{
    private const ulong MarkedId = 0xB10B_E4A5_77C3_0D92;
    private const string MarkedText = "blob-erase-me-Kx41-Tq93-Vz60";
    private const long First = 150;
    private const long Second = 230;
    private const long Third = 300;

    private static readonly UserId Marked = new(0x2B3C_4D5E_6F70_8192, 0xA3B4_C5D6_E7F8_091A);

    private TempFolder _folder = null!;
    private ManualTime _time = null!;
    private CheckpointOptions _options = null!;
    private int _copies;

    [SetUp]
    public void SetUp()
    {
        _folder = new TempFolder();
        _time = new ManualTime(CheckpointStores.Start);
        _options = new CheckpointOptions { Parallelism = 1, TimeProvider = _time };
    }

    [TearDown]
    public void TearDown() => _folder.Dispose();

    [Test]
    public async Task Erase_UserInTheCurrentAndOlderCheckpoints_LeavesNothingAndListsEachBlob()
    {
        MemoryTarget target = new(_time);
        using SignalStore store = OpenMarked("store");
        CheckpointUploader uploader = new(store, target, _options);
        CheckpointStores.Feed(store, First);
        await uploader.UploadAsync();
        CheckpointStores.Feed(store, Second);
        await store.FlushAsync();
        await uploader.UploadAsync();
        string answers = CheckpointStores.Answers(store);
        Dictionary<string, long> before = target.Blobs.ToDictionary(blob => blob.Key, blob => (long)blob.Value.Content.Length);
        Assert.That(await ResidueAsync(target), Is.Not.Empty, "the search sees what is there");

        CheckpointErasureCertificate certificate =
            await EraseAsync(target, new UserErasure(Marked), new UserErasure(UserId.From("nobody")));
        Assert.That(certificate.IsComplete, Is.True, string.Join('\n', certificate.Left));
        Assert.That(certificate.Users.Select(user => (user.User, user.WasFound)), Is.EqualTo(new[]
        {
            (Marked, true), (UserId.From("nobody"), false),
        }));
        Assert.That(
            certificate.Deleted.Select(blob => (blob.Name, blob.Bytes)),
            Is.EquivalentTo(before.Where(blob => !target.Blobs.ContainsKey(blob.Key)).Select(blob => (blob.Key, blob.Value))));
        Assert.That(certificate.Deleted.Select(blob => blob.Name), Is.All.Matches<string>(name => !target.Blobs.ContainsKey(name!)));
        Assert.That(
            certificate.Written.Select(blob => blob.Name), Is.EquivalentTo(target.Blobs.Keys.Where(name => !before.ContainsKey(name))));
        Assert.That(
            certificate.Deleted.Concat(certificate.Written), Is.All.Matches<CheckpointFile>(blob => blob!.Name.Contains(blob.Sha256)));

        IReadOnlyList<StoredCheckpoint> listed = await new CheckpointRestorer(target, _options).ListAsync();
        Assert.That(listed.Select(one => one.Id), Is.EqualTo(new[] { certificate.CheckpointId }), "older ones are gone");
        Assert.That(listed[0].Position.Sources.Single().Position, Is.EqualTo(Second));
        Assert.That(await ResidueAsync(target), Is.Empty);
        Assert.That(await AnswersAsync(target), Is.EqualTo(answers));
        Assert.That(_folder.Entries, Does.Not.Contain("scratch").And.Not.Contain("scratch.clean"));
    }

    [Test]
    public async Task Erase_WithoutACheckpoint_SaysWhatIsThere([Values] bool interrupted)
    {
        MemoryTarget target = new(_time);
        using SignalStore store = OpenMarked("store");
        if (interrupted)
        {
            FaultyTarget faulty = new(target) { FailFrom = 4 };
            Assert.That(
                () => new CheckpointUploader(store, faulty, _options).UploadAsync(), Throws.InstanceOf<CheckpointTargetException>());
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
                () => new CheckpointUploader(store, faulty, _options).UploadAsync(), Throws.InstanceOf<CheckpointTargetException>());
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
                    OnCall = number => number == k ? new CheckpointUploader(store, target, _options).UploadAsync() : Task.CompletedTask,
                };
                await EraseAsync(watched, new UserErasure(Marked));
                StoredCheckpoint? current = await new CheckpointRestorer(target, _options).FindCurrentAsync();
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
                    () => new CheckpointUploader(store, faulty, _options).UploadAsync(), Throws.InstanceOf<CheckpointTargetException>());
            }

            FaultyTarget counted = new(uploaded.Copy());
            await new CheckpointUploader(store, counted, _options).UploadAsync();
            for (int k = 0; k < counted.Calls; k++) // few calls, and the one before the swap matters
            {
                MemoryTarget target = uploaded.Copy();
                FaultyTarget watched = new(target)
                {
                    OnCall = number => number == k ? EraseAsync(target, new UserErasure(Marked)) : Task.CompletedTask,
                };
                CheckpointUploader uploader = new(store, watched, _options);
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
            await new CheckpointRestorer(counted, _options).RestoreAsync(_folder["counted"]);
            for (int k = 1; k < counted.Calls; k += (TestScale.Step + 1) / 2)
            {
                MemoryTarget target = uploaded.Copy();
                FaultyTarget watched = new(target)
                {
                    OnCall = number => number == k ? EraseAsync(target, new UserErasure(Marked)) : Task.CompletedTask,
                };
                string copy = _folder[$"restored-{k}"];
                await new CheckpointRestorer(watched, _options).RestoreAsync(copy);
                Assert.That(CheckpointStores.AnswersOf(copy), Is.EqualTo(CheckpointStores.Answers(store)), $"call {k}");
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
            await new CheckpointUploader(store, target, _options).UploadAsync();
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

    /// <summary>A store with the marked user and the events of the source up to the first position, and its checkpoint.</summary>
    private async Task<(MemoryTarget Target, SignalStore Store)> UploadedAsync()
    {
        MemoryTarget target = new(_time);
        SignalStore store = OpenMarked("store");
        CheckpointStores.Feed(store, First);
        await new CheckpointUploader(store, target, _options).UploadAsync();
        return (target, store);
    }

    private SignalStore OpenMarked(string name)
    {
        SignalStore store = CheckpointStores.Open(_folder[name]);
        for (int i = 0; i < 2; i++)
        {
            EventBatch batch = store.CreateBatch("view");
            batch.Add(Marked, CheckpointStores.Start - i, MarkedId).Set("n", i).Set("note", MarkedText);
            store.Append(batch);
            store.FlushAsync().GetAwaiter().GetResult();
        }

        return store;
    }

    private Task<CheckpointErasureCertificate> EraseAsync(CheckpointTarget target, params UserErasure[] users) =>
        new CheckpointEraser(target, _options).EraseAsync(_folder["scratch"], users, CheckpointStores.Options);

    private static async Task<CheckpointManifest> ManifestAsync(MemoryTarget target) =>
        (await Signals.Checkpoints.Transfer.CurrentCheckpoint.ReadAsync(target, default))!.Manifest;

    /// <summary>Nothing is in the target but what CURRENT names.</summary>
    private static async Task RequireOnlyCurrentAsync(MemoryTarget target)
    {
        var current = await Signals.Checkpoints.Transfer.CurrentCheckpoint.ReadAsync(target, default);
        Assert.That(
            target.Blobs.Keys, Is.EquivalentTo(current!.Manifest.PartNames.Append(BlobNames.Manifest(current.Hash)).Distinct()));
    }

    private async Task<string> AnswersAsync(CheckpointTarget target)
    {
        string copy = _folder[$"copy-{_copies++}"];
        await new CheckpointRestorer(target, _options).RestoreAsync(copy);
        string answers = CheckpointStores.AnswersOf(copy);
        Directory.Delete(copy, recursive: true);
        return answers;
    }

    private async Task<List<string>> ResidueAsync(CheckpointTarget target)
    {
        string copy = _folder[$"copy-{_copies++}"];
        await new CheckpointRestorer(target, _options).RestoreAsync(copy);
        List<string> found = new ResidueSearch(
            FileSystems.ForThisMachine(), copy, CheckpointStores.Schema, Marked, MarkedId, Encoding.UTF8.GetBytes(MarkedText)).Find();
        Directory.Delete(copy, recursive: true);
        return found;
    }
}
