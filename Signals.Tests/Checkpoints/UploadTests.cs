using Signals.Checkpoints;
using Signals.Checkpoints.Formats;
using Signals.Checkpoints.Transfer;
using Signals.Tests.Storage.Engine;

namespace Signals.Tests.Checkpoints;

/// <summary>What an upload sends, what it leaves out, and what a restored store answers.</summary>
[Category("Fast")]
internal sealed class UploadTests
{
    // A log begins with a page of 4 KiB.
    private const int LittleBytes = 6000;

    private TempFolder _folder = null!;
    private ManualTime _time = null!;
    private MemoryTarget _target = null!;
    private CheckpointOptions _options = null!;

    [SetUp]
    public void SetUp()
    {
        _folder = new TempFolder();
        _time = new ManualTime(CheckpointStores.Start);
        _target = new MemoryTarget(_time);
        _options = new CheckpointOptions { PartBytes = 4096, TimeProvider = _time };
    }

    [TearDown]
    public void TearDown() => _folder.Dispose();

    [Test]
    public async Task Upload_TablesAndLog_RestoresToTheSameAnswers()
    {
        using SignalStore store = CheckpointStores.Open(_folder["store"]);
        CheckpointStores.Feed(store, 300);
        await store.FlushAsync();
        CheckpointStores.Feed(store, 400);
        UploadResult result = await new CheckpointUploader(store, _target, _options).UploadAsync();
        Assert.That(result.Outcome, Is.EqualTo(UploadOutcome.Published));
        Assert.That(result.Checkpoint.Position.Sources.Single().Position, Is.EqualTo(400));
        string answers = CheckpointStores.Answers(store);
        StoredCheckpoint restored = await new CheckpointRestorer(_target, _options).RestoreAsync(_folder["copy"]);
        Assert.That(restored.Id, Is.EqualTo(result.Checkpoint.Id));
        Assert.That(CheckpointStores.AnswersOf(_folder["copy"]), Is.EqualTo(answers));
        Assert.That(_folder.Entries, Is.EqualTo(new[] { "copy", "copy.restoring.lock", "store", "store.upload.lock" }));
    }

    [Test]
    public async Task Upload_EmptyStore_RestoresToOne()
    {
        using SignalStore store = CheckpointStores.Open(_folder["store"]);
        await new CheckpointUploader(store, _target, _options).UploadAsync();
        await new CheckpointRestorer(_target, _options).RestoreAsync(_folder["copy"]);
        Assert.That(CheckpointStores.AnswersOf(_folder["copy"]), Is.EqualTo(CheckpointStores.Answers(store)));
    }

    [Test]
    public async Task Upload_NearlyEmptyStoreWithLargeLogs_SendsAndRestoresFewBytes()
    {
        using SignalStore store = SignalStore.Open(_folder["store"], CheckpointStores.Schema, new StoreOptions { LogBytes = 64 << 20 });
        CheckpointStores.Feed(store, 10);
        Assert.That(new DirectoryInfo(_folder["store"]).EnumerateFiles().Sum(file => file.Length), Is.GreaterThan(500_000));
        UploadResult result = await new CheckpointUploader(store, _target, _options).UploadAsync();
        TestContext.Out.WriteLine($"{result.BytesSent} bytes sent, {result.Checkpoint.Bytes} bytes of files");
        Assert.That(result.BytesSent, Is.LessThan(20_000));
        Assert.That(result.Checkpoint.Bytes, Is.LessThan(20_000));
    }

    [Test]
    public async Task Upload_SecondTime_ReadsAndSendsOnlyWhatIsNew()
    {
        using SignalStore store = CheckpointStores.Open(_folder["store"]);
        CheckpointUploader uploader = new(store, _target, _options);
        CheckpointStores.Feed(store, 2000);
        await store.CompactAsync();
        UploadResult first = await uploader.UploadAsync();
        long tableBytes = store.GetTables().Sum(table => table.Bytes);
        Assert.That(first.BytesSent, Is.GreaterThan(tableBytes));
        CheckpointStores.Feed(store, 2010);
        string[] before = [.. _target.Blobs.Keys];
        UploadResult second = await uploader.UploadAsync();
        Assert.That(second.Outcome, Is.EqualTo(UploadOutcome.Published));
        Assert.That(second.BytesSent, Is.LessThan(LittleBytes), "ten events in a log, and a manifest");
        Assert.That(second.FilesRead, Is.LessThan(first.FilesRead));
        long sent = _target.Blobs.ExceptBy(before, blob => blob.Key)
            .Where(blob => blob.Key.StartsWith(BlobNames.Parts, StringComparison.Ordinal))
            .Sum(blob => (long)blob.Value.Content.Length);
        Assert.That(sent, Is.EqualTo(second.BytesSent));
    }

    [Test]
    public async Task Upload_ByAnotherProcess_ReadsAllAndSendsOnlyWhatIsNew()
    {
        using SignalStore store = CheckpointStores.Open(_folder["store"]);
        CheckpointStores.Feed(store, 2000);
        await store.CompactAsync();
        UploadResult first = await new CheckpointUploader(store, _target, _options).UploadAsync();
        CheckpointStores.Feed(store, 2010);
        UploadResult second = await new CheckpointUploader(store, _target, _options).UploadAsync();
        Assert.That(second.FilesRead, Is.GreaterThanOrEqualTo(first.FilesRead));
        Assert.That(second.BytesSent, Is.LessThan(LittleBytes));
    }

    [Test]
    public async Task Upload_YoungPartsOfAnInterruptedUpload_AreNotSentAgain([Values] bool byAnotherProcess)
    {
        using SignalStore store = CheckpointStores.Open(_folder["store"]);
        CheckpointStores.Feed(store, 200);
        FaultyTarget target = new(_target) { FailFrom = 6 };
        CheckpointUploader uploader = new(store, target, _options);
        await Assert.ThatAsync(() => uploader.UploadAsync(), Throws.InstanceOf<CheckpointTargetException>());
        string[] left = [.. _target.Blobs.Keys];
        Assert.That(left, Is.Not.Empty);
        target.FailFrom = int.MaxValue;
        uploader = byAnotherProcess ? new CheckpointUploader(store, target, _options) : uploader;
        UploadResult result = await uploader.UploadAsync();
        CheckpointManifest manifest = ManifestFormat.Read(_target.Blobs[BlobNames.Manifests + result.Checkpoint.Id].Content);
        Assert.That(manifest.Files.SelectMany(file => file.Parts).Select(part => part.BlobName), Is.SupersetOf(left));
    }

    [Test]
    public async Task Upload_LongLog_SendsItsBeginningOnce()
    {
        using SignalStore store = SignalStore.Open(_folder["store"], CheckpointStores.Schema, new StoreOptions
        {
            RingBytes = 1 << 20,
            MaxBatchBytes = 4096,
            MemTableBytes = 16 << 20,
            LogBytes = 4 << 20,
            BlockCacheBytes = 1 << 20,
        });
        CheckpointUploader uploader = new(store, _target, _options);
        CheckpointStores.Feed(store, 3000);
        UploadResult first = await uploader.UploadAsync();
        CheckpointStores.Feed(store, 3100);
        UploadResult second = await uploader.UploadAsync();
        Assert.That(first.BytesSent, Is.GreaterThan(100_000));
        Assert.That(second.BytesSent, Is.LessThan(first.BytesSent / 5));
    }

    [TestCase(0, 8 << 20)]
    [TestCase(1, 8 << 20)]
    [TestCase(5000, 8 << 20)]
    [TestCase(70_000, 70_001)]
    [TestCase(4096, 4096)]
    public async Task Send_PreallocatedLog_LeavesOutTheZerosAndRestoresThem(int written, int length)
    {
        byte[] log = new byte[length];
        log.AsSpan(0, written).Fill(7);
        Directory.CreateDirectory(_folder["files"]);
        File.WriteAllBytes(_folder["files/000001.log"], log);
        PartSender parts = new(_target, _options, new YoungParts(_options));
        ManifestFile file = (await new FileSender(_options).SendAsync(_folder["files"], parts, default)).Single();
        Assert.That(file.Length, Is.EqualTo(length));
        Assert.That(file.Parts.Sum(part => part.Length), Is.EqualTo(written));
        CheckpointManifest manifest = new()
        {
            CreatedMs = 0,
            Run = default,
            Previous = null,
            Position = new CheckpointPosition([], 0),
            SchemaHash = default,
            Files = [file, new ManifestFile("CURRENT", 1, [await SendAsync(parts)]), new ManifestFile("MANIFEST-000001", 1, [])],
        };
        await new FolderRestore(_target, manifest, _options).RunAsync(_folder["copy"], null, default);
        Assert.That(File.ReadAllBytes(_folder["copy/000001.log"]), Is.EqualTo(log));

        static Task<PartRef> SendAsync(PartSender parts) => parts.SendAsync(new byte[CheckpointFormat.HeaderBytes + 1], default);
    }

    [Test]
    public async Task Send_OneFileOfManyParts_SendsThemAtTheSameTime()
    {
        Directory.CreateDirectory(_folder["files"]);
        byte[] table = new byte[10 * 4096];
        new Random(1).NextBytes(table);
        File.WriteAllBytes(_folder["files/000001.tbl"], table);
        int waiting = 0;
        TaskCompletionSource met = new();
        FaultyTarget target = new(_target)
        {
            OnCall = _ =>
            {
                if (Interlocked.Increment(ref waiting) == 2)
                {
                    met.TrySetResult();
                }

                return met.Task.WaitAsync(TimeSpan.FromSeconds(30));
            },
        };
        PartSender parts = new(target, _options, new YoungParts(_options));
        ManifestFile file = (await new FileSender(_options).SendAsync(_folder["files"], parts, default)).Single();
        Assert.That(
            file.Parts.SelectMany(part => _target.Blobs[part.BlobName].Content[CheckpointFormat.HeaderBytes..]), Is.EqualTo(table));
    }

    [Test]
    public async Task Upload_NothingNew_ChangesNothing()
    {
        using SignalStore store = CheckpointStores.Open(_folder["store"]);
        CheckpointStores.Feed(store, 100);
        CheckpointUploader uploader = new(store, _target, _options);
        UploadResult first = await uploader.UploadAsync();
        string[] blobs = [.. _target.Blobs.Keys];
        UploadResult second = await uploader.UploadAsync();
        Assert.That(second.Outcome, Is.EqualTo(UploadOutcome.Unchanged));
        Assert.That(second.Checkpoint.Id, Is.EqualTo(first.Checkpoint.Id));
        Assert.That(_target.Blobs.Keys, Is.EquivalentTo(blobs));
    }

    [Test]
    public async Task Upload_CompactedAtTheSamePosition_ReplacesTheCheckpoint()
    {
        using SignalStore store = CheckpointStores.Open(_folder["store"]);
        CheckpointStores.Feed(store, 100);
        CheckpointUploader uploader = new(store, _target, _options);
        await uploader.UploadAsync();
        await store.CompactAsync();
        UploadResult second = await uploader.UploadAsync();
        Assert.That(second.Outcome, Is.EqualTo(UploadOutcome.Published), "what was erased must leave the checkpoints");
    }

    [Test]
    public async Task Upload_StoreThatIsBehind_IsOvertakenAndSendsNothing()
    {
        using SignalStore ahead = CheckpointStores.Open(_folder["ahead"]);
        using SignalStore behind = CheckpointStores.Open(_folder["behind"]);
        CheckpointStores.Feed(ahead, 100);
        CheckpointStores.Feed(behind, 99);
        UploadResult first = await new CheckpointUploader(ahead, _target, _options).UploadAsync();
        UploadResult late = await new CheckpointUploader(behind, _target, _options).UploadAsync();
        Assert.That(late.Outcome, Is.EqualTo(UploadOutcome.Overtaken));
        Assert.That(late.Checkpoint.Id, Is.EqualTo(first.Checkpoint.Id));
        Assert.That(late.PartsSent, Is.Zero);
        CheckpointStores.Feed(behind, 101);
        Assert.That((await new CheckpointUploader(behind, _target, _options).UploadAsync()).Outcome, Is.EqualTo(UploadOutcome.Published));
    }

    [Test]
    public async Task Upload_StoreWithoutSources_GoesByItsCommits()
    {
        StoreSchema schema = CheckpointStores.Schema;
        using SignalStore store = CheckpointStores.Open(_folder["store"]);
        CheckpointUploader uploader = new(store, _target, _options);
        await AppendAsync(store, 1);
        CheckpointPosition first = (await uploader.UploadAsync()).Checkpoint.Position;
        await AppendAsync(store, 2);
        Assert.That((await uploader.UploadAsync()).Outcome, Is.EqualTo(UploadOutcome.Published));
        Assert.That(CheckpointPosition.Of(store).CommitPosition, Is.GreaterThan(first.CommitPosition));
        using SignalStore empty = CheckpointStores.Open(_folder["empty"]);
        Assert.That((await new CheckpointUploader(empty, _target, _options).UploadAsync()).Outcome, Is.EqualTo(UploadOutcome.Overtaken));

        async Task AppendAsync(SignalStore to, ulong id)
        {
            EventBatch batch = new(schema["view"]);
            batch.Add(UserId.From("a"), CheckpointStores.Start, id).Set("n", 1);
            await to.AppendAsync(batch);
        }
    }

    /// <summary>
    /// Two stores that began with one checkpoint give the same number to different tables. Here even the lengths are the same. Logs that
    /// are prepared in the background take numbers, too, so it may need another attempt.
    /// </summary>
    [Test]
    public async Task Upload_TableOfAnotherOwnerWithTheSameNameAndLength_IsSent()
    {
        bool wasSame = false;
        for (int attempt = 0; attempt < 20 && !wasSame; attempt++)
        {
            wasSame = await UploadByTwoOwnersAsync($"attempt-{attempt}");
        }

        Assert.That(wasSame, "or this test shows nothing");
    }

    [Test]
    public async Task Upload_WithoutHardLinks_KnowsTablesByName()
    {
        if (!Directory.Exists("/dev/shm"))
        {
            Assert.Ignore("There is no second file system here.");
        }

        string other = $"/dev/shm/signals-checkpoint-{Guid.NewGuid():N}";
        using SignalStore store = CheckpointStores.Open(_folder["store"]);
        CheckpointOptions options = new() { PartBytes = 4096, TimeProvider = _time, UploadFolder = other };
        CheckpointUploader uploader = new(store, _target, options);
        CheckpointStores.Feed(store, 2000);
        await store.CompactAsync();
        try
        {
            UploadResult first = await uploader.UploadAsync();
            CheckpointStores.Feed(store, 2001);
            UploadResult second = await uploader.UploadAsync();
            Assert.That(second.FilesRead, Is.LessThan(first.FilesRead));
            Assert.That(second.BytesSent, Is.LessThan(LittleBytes));
        }
        finally
        {
            File.Delete(other + ".lock");
        }
    }

    [Test]
    public async Task Upload_StoreThatIsAheadInAnotherSource_HasDiverged()
    {
        using SignalStore one = CheckpointStores.Open(_folder["one"]);
        using SignalStore two = CheckpointStores.Open(_folder["two"]);
        CheckpointStores.Feed(one, 10, "a");
        CheckpointStores.Feed(two, 10, "b");
        await new CheckpointUploader(one, _target, _options).UploadAsync();
        Assert.That((await new CheckpointUploader(two, _target, _options).UploadAsync()).Outcome, Is.EqualTo(UploadOutcome.Diverged));
    }

    [Test]
    public async Task Upload_LongerThanHalfOfTheGrace_IsNotPublished()
    {
        using SignalStore store = CheckpointStores.Open(_folder["store"]);
        CheckpointStores.Feed(store, 100);
        FaultyTarget slow = new(_target) { OnCall = _ => Task.FromResult(_time.NowMs += (long)TimeSpan.FromHours(5).TotalMilliseconds) };
        await Assert.ThatAsync(
            () => new CheckpointUploader(store, slow, _options).UploadAsync(),
            Throws.InstanceOf<CheckpointTargetException>().With.Message.Contains("grace"));
        Assert.That(_target.Current, Is.Null);
    }

    [Test]
    public void Options_OutOfRange_AreAllNamed()
    {
        using SignalStore store = CheckpointStores.Open(_folder["store"]);
        CheckpointOptions wrong = new() { PartBytes = 1, Parallelism = 0, Grace = default, RetainCount = 0, RetainAge = TimeSpan.MinValue };
        Assert.That(
            () => new CheckpointUploader(store, _target, wrong),
            Throws.ArgumentException.With.Message.Contains("PartBytes").And.Message.Contains("Parallelism").And.Message.Contains("Grace")
                .And.Message.Contains("RetainCount").And.Message.Contains("RetainAge"));
    }

    // Whether their tables had the same names and lengths.
    private async Task<bool> UploadByTwoOwnersAsync(string name)
    {
        MemoryTarget target = new(_time);
        using SignalStore mine = CheckpointStores.Open(_folder[$"{name}-mine"]);
        CheckpointUploader uploader = new(mine, target, _options);
        CheckpointStores.Feed(mine, 100);
        await mine.FlushAsync();
        await uploader.UploadAsync();
        await new CheckpointRestorer(target, _options).RestoreAsync(_folder[$"{name}-theirs"]);
        using SignalStore theirs = CheckpointStores.Open(_folder[$"{name}-theirs"]);
        await AppendAsync(theirs, 102, note: "theirs");
        await new CheckpointUploader(theirs, target, _options).UploadAsync();
        await AppendAsync(mine, 103, note: "mine!!");
        UploadResult result = await uploader.UploadAsync();
        Assert.That(result.Outcome, Is.EqualTo(UploadOutcome.Published));
        await new CheckpointRestorer(target, _options).RestoreAsync(_folder[$"{name}-copy"]);
        Assert.That(CheckpointStores.AnswersOf(_folder[$"{name}-copy"]), Is.EqualTo(CheckpointStores.Answers(mine)));
        return Tables(mine).SequenceEqual(Tables(theirs));

        static IEnumerable<(ulong Number, long Bytes)> Tables(SignalStore store) =>
            store.GetTables().Select(table => (table.Number, table.Bytes));

        static async Task AppendAsync(SignalStore store, long position, string note)
        {
            EventGroup group = store.CreateGroup(CheckpointStores.Source);
            group["view"].Add(UserId.From("user-1"), CheckpointStores.Start, 5000).Set("n", 1).Set("note", note);
            group.Position = position;
            await store.AppendGroupAsync(group);
            await store.FlushAsync();
        }
    }
}
