using Signals.Checkpoints;
using Signals.Checkpoints.Formats;
using Signals.Tests.Storage.Engine;

namespace Signals.Tests.Checkpoints;

/// <summary>What is garbage, when, and what is never touched.</summary>
[Category("Fast")]
internal sealed class CollectorTests
{
    private TempFolder _folder = null!;
    private ManualTime _time = null!;
    private MemoryTarget _target = null!;
    private SignalStore _store = null!;
    private CheckpointUploader _uploader = null!;
    private CheckpointOptions _options = null!;
    private long _position;

    [SetUp]
    public void SetUp()
    {
        _folder = new TempFolder();
        _time = new ManualTime(CheckpointStores.Start);
        _target = new MemoryTarget(_time);
        _options = new CheckpointOptions
        {
            PartBytes = 4096,
            TimeProvider = _time,
            Grace = TimeSpan.FromHours(2),
            RetainCount = 3,
            RetainAge = TimeSpan.FromHours(10),
        };
        _store = CheckpointStores.Open(_folder["store"]);
        _uploader = new CheckpointUploader(_store, _target, _options);
        _position = 0;
    }

    [TearDown]
    public void TearDown()
    {
        _store.Dispose();
        _folder.Dispose();
    }

    [Test]
    public async Task Collect_NoCheckpoint_DeletesNothing()
    {
        await _target.PutIfAbsentAsync(BlobNames.Part(default, 0), Part(), default);
        Pass(TimeSpan.FromDays(100));
        CollectionResult result = await CollectAsync();
        Assert.That((result.CheckpointsKept, result.BlobsDeleted), Is.EqualTo((0, 0)));
        Assert.That(_target.Blobs, Has.Count.EqualTo(1));
    }

    [Test]
    public async Task Collect_ManyCheckpoints_KeepsTheNewestThreeAndTheirParts()
    {
        for (int i = 0; i < 6; i++)
        {
            await UploadAsync();
            Pass(TimeSpan.FromHours(3));
        }

        IReadOnlyList<StoredCheckpoint> before = await ListAsync();
        Assert.That(before, Has.Count.EqualTo(6));
        CollectionResult result = await CollectAsync();
        Assert.That(result.CheckpointsKept, Is.EqualTo(3));
        Assert.That(result.BlobsDeleted, Is.GreaterThan(3));
        IReadOnlyList<StoredCheckpoint> after = await ListAsync();
        Assert.That(after.Select(checkpoint => checkpoint.Id), Is.EqualTo(before.Take(3).Select(checkpoint => checkpoint.Id)));
        foreach (StoredCheckpoint checkpoint in after)
        {
            string copy = _folder[checkpoint.Id];
            await new CheckpointRestorer(_target, _options).RestoreAsync(copy, checkpoint.Id);
            Assert.That(
                CheckpointStores.AnswersOf(copy),
                Is.EqualTo(CheckpointStores.AnswersAt(checkpoint.Position.Sources.Single().Position)));
        }

        HashSet<string> named = [];
        foreach (StoredCheckpoint checkpoint in after)
        {
            string name = BlobNames.Manifests + checkpoint.Id;
            named.UnionWith(ManifestFormat.Read(_target.Blobs[name].Content).Files.SelectMany(f => f.Parts).Select(part => part.BlobName));
            named.Add(name);
        }

        Assert.That(_target.Blobs.Keys, Is.EquivalentTo(named), "what is kept is exactly what is reachable");
    }

    [Test]
    public async Task Collect_CheckpointsReplacedLongAgo_GoesByAge()
    {
        await UploadAsync();
        await UploadAsync();
        Pass(TimeSpan.FromHours(9));
        Assert.That((await CollectAsync()).CheckpointsKept, Is.EqualTo(2));
        Pass(TimeSpan.FromHours(2));
        Assert.That((await CollectAsync()).CheckpointsKept, Is.EqualTo(1), "it was replaced 11 hours ago");
        Pass(TimeSpan.FromDays(1000));
        Assert.That((await CollectAsync()).CheckpointsKept, Is.EqualTo(1), "the current one always stays");
        Assert.That(await ListAsync(), Has.Count.EqualTo(1));
    }

    [Test]
    public async Task Collect_CheckpointReplacedWithinTheGrace_IsKeptBeyondTheCount()
    {
        for (int i = 0; i < 6; i++)
        {
            await UploadAsync();
            Pass(TimeSpan.FromMinutes(10));
        }

        CollectionResult result = await CollectAsync();
        Assert.That((result.CheckpointsKept, result.BlobsDeleted), Is.EqualTo((6, 0)), "somebody may be restoring any of them");
    }

    [Test]
    public async Task Collect_BlobsOfNoCheckpoint_GoAfterTheGrace()
    {
        await UploadAsync();
        ContentHash hash = ContentHash.Of([1]);
        string temporary = BlobNames.Temporaries + Guid.NewGuid().ToString("N");
        string[] lost =
        [
            BlobNames.Part(hash, 0), BlobNames.Part(hash, 7), BlobNames.Manifest(hash), temporary, BlobNames.Temporary(Guid.NewGuid()),
            BlobNames.Temporary(Guid.NewGuid()),
        ];
        await PutAsync(lost[0], Part());
        await PutAsync(lost[1], Part());
        await PutAsync(lost[2], Header(CheckpointFormat.ManifestMagic));
        await PutAsync(lost[3], Part());
        await PutAsync(lost[4], []); // after a power cut
        await PutAsync(lost[5], new byte[100]);
        Pass(_options.Grace - TimeSpan.FromMilliseconds(1));
        Assert.That((await CollectAsync()).BlobsDeleted, Is.Zero);
        Pass(TimeSpan.FromMilliseconds(1));
        Assert.That((await CollectAsync()).BlobsDeleted, Is.EqualTo(6));
        Assert.That(_target.Blobs.Keys.Intersect(lost), Is.Empty);
    }

    [Test]
    public async Task Collect_WhatIsNotProvenOurs_StaysForever()
    {
        await UploadAsync();
        string[] foreign =
        [
            BlobNames.Parts + "holiday.jpg", BlobNames.Part(ContentHash.Of([1]), 0), BlobNames.Part(ContentHash.Of([2]), 0) + "-00000000",
            BlobNames.Manifest(ContentHash.Of([3])), BlobNames.Manifests + "readme", "tmp/scratch",
            "tmp/" + new string('A', 32), "diary",
        ];
        foreach (string name in foreign)
        {
            byte[] content = name == foreign[3] ? Part() : name == foreign[1] ? "JFIF, a picture of ours"u8.ToArray() : Part();
            await PutAsync(name, content);
        }

        Pass(TimeSpan.FromDays(100));
        CollectionResult result = await CollectAsync();
        Assert.That((result.BlobsDeleted, result.ForeignBlobs), Is.EqualTo((0, 2)));
        Assert.That(_target.Blobs.Keys, Is.SupersetOf(foreign));
    }

    [Test]
    public async Task Collect_DamagedManifestOfAKeptCheckpoint_DeletesNothing()
    {
        await UploadAsync();
        StoredCheckpoint first = (await ListAsync())[0];
        await UploadAsync();
        await PutAsync(BlobNames.Part(ContentHash.Of([1]), 0), Part());
        string name = BlobNames.Manifests + first.Id;
        _target.Blobs[name].Content[50] ^= 1;
        Pass(TimeSpan.FromHours(5));
        int blobs = _target.Blobs.Count;
        await Assert.ThatAsync(CollectAsync, Throws.InstanceOf<CorruptionException>().With.Message.Contains(first.Id));
        Assert.That(_target.Blobs, Has.Count.EqualTo(blobs));
    }

    [Test]
    public async Task Collect_FailsAtEachCall_LeavesEveryKeptCheckpointComplete()
    {
        for (int i = 0; i < 5; i++)
        {
            await UploadAsync();
            Pass(TimeSpan.FromHours(3));
        }

        bool isDone = false;
        for (int k = 0; !isDone; k++)
        {
            FaultyTarget faulty = new(_target) { FailFrom = k, Kind = FaultKind.After };
            try
            {
                await new CheckpointCollector(faulty, _options).CollectAsync();
                isDone = true;
            }
            catch (CheckpointTargetException)
            {
                foreach (StoredCheckpoint checkpoint in (await ListAsync()).Take(3))
                {
                    CheckpointManifest manifest = ManifestFormat.Read(_target.Blobs[BlobNames.Manifests + checkpoint.Id].Content);
                    Assert.That(_target.Blobs.Keys, Is.SupersetOf(manifest.Files.SelectMany(f => f.Parts).Select(part => part.BlobName)));
                }
            }
        }

        Assert.That(await ListAsync(), Has.Count.EqualTo(3));
    }

    /// <summary>An upload long ago was killed. Its parts are about to be collected, so the next upload must not count on them.</summary>
    [Test]
    public async Task Upload_PartsOfAKilledUploadThatAreOld_AreSentAgain()
    {
        await UploadAsync();
        string[] first = [.. _target.Blobs.Keys];
        CheckpointStores.Feed(_store, 200);
        FaultyTarget faulty = new(_target) { Kind = FaultKind.Before };
        faulty.OnCall = _ =>
        {
            faulty.FailFrom = _target.Blobs.Count > 8 ? 0 : int.MaxValue;
            return Task.CompletedTask;
        };
        await Assert.ThatAsync(
            () => new CheckpointUploader(_store, faulty, _options).UploadAsync(), Throws.InstanceOf<CheckpointTargetException>());
        string[] left = [.. _target.Blobs.Keys];
        Pass(_options.Grace / 2);
        UploadResult result = await new CheckpointUploader(_store, _target, _options).UploadAsync(); // it lists what is there
        Assert.That(result.Outcome, Is.EqualTo(UploadOutcome.Published));
        CheckpointManifest manifest = ManifestFormat.Read(_target.Blobs[BlobNames.Manifests + result.Checkpoint.Id].Content);
        string[] old = [.. left.Except(first)];
        Assert.That(old, Is.Not.Empty);
        Assert.That(manifest.Files.SelectMany(file => file.Parts).Select(part => part.BlobName).Intersect(old), Is.Empty);
        Pass(_options.Grace * 0.6);
        Assert.That((await CollectAsync()).BlobsDeleted, Is.GreaterThan(0), "what was left");
        await new CheckpointRestorer(_target, _options).RestoreAsync(_folder["copy"]);
        Assert.That(CheckpointStores.AnswersOf(_folder["copy"]), Is.EqualTo(CheckpointStores.Answers(_store)));
    }

    /// <summary>
    /// A collection has listed what a killed upload left. Before each of its calls another collection deletes that, and an upload stores
    /// the same content again and publishes it. The first collection goes on, or a client repeats its deletion.
    /// </summary>
    [Test]
    public async Task Collect_ContentStoredAgainBeforeEachCall_IsNotDeleted()
    {
        bool isDone = false;
        for (int k = 0; !isDone; k++)
        {
            MemoryTarget target = new(_time);
            using SignalStore store = CheckpointStores.Open(_folder[$"store-{k}"]);
            CheckpointStores.Feed(store, 30);
            await new CheckpointUploader(store, target, _options).UploadAsync();
            CheckpointStores.Feed(store, 200);
            FaultyTarget killed = new(target) { FailFrom = 6 }; // CURRENT, its manifest, a list, two parts
            await Assert.ThatAsync(
                () => new CheckpointUploader(store, killed, _options).UploadAsync(), Throws.InstanceOf<CheckpointTargetException>());
            Pass(_options.Grace * 1.1);
            FaultyTarget slow = new(target)
            {
                OnCall = async number =>
                {
                    if (number == k)
                    {
                        await new CheckpointCollector(target, _options).CollectAsync();
                        await new CheckpointUploader(store, target, _options).UploadAsync();
                    }
                },
            };
            await new CheckpointCollector(slow, _options).CollectAsync();
            isDone = k >= slow.Calls;
            if (!isDone)
            {
                await new CheckpointRestorer(target, _options).RestoreAsync(_folder[$"copy-{k}"]);
                Assert.That(CheckpointStores.AnswersOf(_folder[$"copy-{k}"]), Is.EqualTo(CheckpointStores.Answers(store)), $"call {k}");
            }
        }
    }

    /// <summary>Another owner's checkpoint replaced ours, and our parts are gone. What this uploader knows no longer holds.</summary>
    [Test]
    public async Task Upload_KnownFilesWhosePartsWereCollected_AreSentAgain()
    {
        CheckpointStores.Feed(_store, 200);
        await _store.CompactAsync();
        await _uploader.UploadAsync();
        using (SignalStore other = CheckpointStores.Open(_folder["other"]))
        {
            CheckpointStores.Feed(other, 300);
            await new CheckpointUploader(other, _target, _options).UploadAsync();
        }

        Pass(TimeSpan.FromHours(11));
        Assert.That((await CollectAsync()).BlobsDeleted, Is.GreaterThan(1));
        CheckpointStores.Feed(_store, 310);
        Assert.That((await _uploader.UploadAsync()).Outcome, Is.EqualTo(UploadOutcome.Published));
        await new CheckpointRestorer(_target, _options).RestoreAsync(_folder["copy"]);
        Assert.That(CheckpointStores.AnswersOf(_folder["copy"]), Is.EqualTo(CheckpointStores.Answers(_store)));
    }

    private static byte[] Part() => [.. Header(CheckpointFormat.PartMagic), 1];

    private static byte[] Header(ulong magic)
    {
        byte[] header = new byte[CheckpointFormat.HeaderBytes];
        BlobHeader.Write(header, magic);
        return header;
    }

    private Task<bool> PutAsync(string name, byte[] content) => _target.PutIfAbsentAsync(name, content, default);

    private void Pass(TimeSpan time) => _time.NowMs += (long)time.TotalMilliseconds;

    private Task<CollectionResult> CollectAsync() => new CheckpointCollector(_target, _options).CollectAsync();

    private Task<IReadOnlyList<StoredCheckpoint>> ListAsync() => new CheckpointRestorer(_target, _options).ListAsync();

    private async Task UploadAsync()
    {
        CheckpointStores.Feed(_store, _position += 30);
        Assert.That((await _uploader.UploadAsync()).Outcome, Is.EqualTo(UploadOutcome.Published));
    }
}
