using Signals.Checkpoints;
using Signals.Checkpoints.Formats;
using Signals.Checkpoints.Transfer;
using Signals.Tests.Storage.Engine;

namespace Signals.Tests.Checkpoints;

/// <summary>A restoring checks every byte, appears at once or not at all, and says what is wrong.</summary>
[Category("Fast")]
internal sealed class RestoreTests
{
    private TempFolder _folder = null!;
    private MemoryTarget _target = null!;
    private ManualTime _time = null!;
    private CheckpointOptions _options = null!;
    private SignalStore _store = null!;

    [SetUp]
    public async Task SetUpAsync()
    {
        _folder = new TempFolder();
        _time = new ManualTime(CheckpointStores.Start);
        _target = new MemoryTarget(_time);
        _options = new CheckpointOptions { PartBytes = 4096, TimeProvider = _time };
        _store = CheckpointStores.Open(_folder["store"]);
        CheckpointStores.Feed(_store, 100);
        await _store.FlushAsync();
        CheckpointStores.Feed(_store, 150);
        await new CheckpointUploader(_store, _target, _options).UploadAsync();
    }

    [TearDown]
    public void TearDown()
    {
        _store.Dispose();
        _folder.Dispose();
    }

    [Test]
    public async Task Restore_EachPartDamaged_IsRefusedWithItsNamesAndLeavesNothing(
        [Values("flip first", "flip last", "cut", "longer", "gone", "another's", "newer version")] string damage)
    {
        PartRef[] parts = [.. Manifest().Files.SelectMany(file => file.Parts)];
        foreach (PartRef part in parts)
        {
            (byte[] Content, DateTimeOffset StoredAt) whole = _target.Blobs[part.BlobName];
            byte[] other = _target.Blobs[parts.First(p => p.BlobName != part.BlobName).BlobName].Content;
            byte[] copy = [.. whole.Content];
            switch (damage)
            {
                case "flip first":
                    copy[CheckpointFormat.HeaderBytes] ^= 1;
                    break;
                case "flip last":
                    copy[^1] ^= 128;
                    break;
                case "newer version":
                    copy[CheckpointFormat.VersionOffset]++;
                    break;
                default:
                    copy = damage switch { "cut" => copy[..^1], "longer" => [.. copy, 0], _ => other };
                    break;
            }

            _target.Blobs[part.BlobName] = (copy, whole.StoredAt);
            if (damage == "gone")
            {
                _target.Blobs.Remove(part.BlobName, out _);
            }

            string file = Manifest().Files.First(f => f.Parts.Contains(part)).Name;
            await Assert.ThatAsync(RestoreAsync, Throws.InstanceOf<CorruptionException>()
                .With.Message.Contains(part.BlobName).And.Message.Contains(damage == "newer version" ? "version" : file));
            Assert.That(_folder.Entries, Is.EqualTo(new[] { "copy.restoring.lock", "store", "store.upload.lock" }));
            _target.Blobs[part.BlobName] = whole;
        }

        await RestoreAsync();
    }

    [Test]
    public async Task Restore_DamagedManifest_IsRefused([Values(0, 8, 20, 60, -1)] int at)
    {
        (byte[] content, _) = _target.Blobs.Single(blob => blob.Key.StartsWith(BlobNames.Manifests, StringComparison.Ordinal)).Value;
        content[at < 0 ? content.Length - 1 : at] ^= 1;
        await Assert.ThatAsync(RestoreAsync, Throws.InstanceOf<CorruptionException>().With.Message.Contains("manifest"));
    }

    [Test]
    public async Task Restore_ManifestGone_IsRefused()
    {
        _target.Blobs.Remove(_target.Blobs.Keys.Single(name => name.StartsWith(BlobNames.Manifests, StringComparison.Ordinal)), out _);
        await Assert.ThatAsync(RestoreAsync, Throws.InstanceOf<CorruptionException>().With.Message.Contains("missing"));
    }

    [Test]
    public async Task Restore_CurrentWithAnyByteChanged_IsRefused()
    {
        byte[] whole = _target.Current!;
        for (int i = 0; i < whole.Length; i++)
        {
            byte[] damaged = [.. whole];
            damaged[i] ^= 4;
            _target.Current = damaged;
            await Assert.ThatAsync(RestoreAsync, Throws.InstanceOf<CorruptionException>().With.Message.Contains("CURRENT"), $"byte {i}");
        }

        foreach (int length in new[] { 0, 1, 16, 63 })
        {
            _target.Current = whole[..length];
            await Assert.ThatAsync(
                RestoreAsync, Throws.InstanceOf<CorruptionException>().With.Message.Contains("CURRENT"), $"{length} bytes");
        }
    }

    [Test]
    public void Restore_NoCheckpoint_SaysSo() => Assert.That(
        () => new CheckpointRestorer(new MemoryTarget(_options.TimeProvider)).RestoreAsync(_folder["copy"]),
        Throws.InvalidOperationException.With.Message.Contains("no checkpoint"));

    [Test]
    public void Restore_UnknownId_SaysSo([Values("x", "../../etc", "")] string id, [Values] bool isHash) => Assert.That(
        () => new CheckpointRestorer(_target).RestoreAsync(_folder["copy"], isHash ? ContentHash.Of([1]).ToString() : id),
        Throws.ArgumentException.With.Message.Contains("checkpoint"));

    [Test]
    public async Task Restore_FolderThatIsThere_IsRefusedAndStays()
    {
        Directory.CreateDirectory(_folder["copy"]);
        await Assert.ThatAsync(RestoreAsync, Throws.InstanceOf<FileOperationException>().With.Message.Contains("exists already"));
        File.WriteAllText(_folder["other"], "a file");
        await Assert.ThatAsync(
            () => new CheckpointRestorer(_target).RestoreAsync(_folder["other"]), Throws.InstanceOf<FileOperationException>());
        Assert.That(File.ReadAllText(_folder["other"]), Is.EqualTo("a file"));
    }

    [Test]
    public async Task Restore_Progress_CountsToTheTotal()
    {
        List<RestoreProgress> seen = [];
        await new CheckpointRestorer(_target, _options).RestoreAsync(_folder["copy"], progress: new Immediate(seen.Add));
        Assert.That(seen.Select(progress => progress.BytesDone), Is.Ordered);
        Assert.That(seen[^1].BytesDone, Is.EqualTo(seen[^1].BytesTotal));
        Assert.That(seen[^1].BytesTotal, Is.EqualTo(Manifest().Files.Sum(file => file.Parts.Sum(part => (long)part.Length))));
    }

    [Test]
    public async Task Restore_CancelledAfterEachPart_LeavesNothing()
    {
        int parts = Manifest().Files.Sum(file => file.Parts.Length);
        for (int i = 1; i <= parts; i++)
        {
            using CancellationTokenSource cancel = new();
            int left = i;
            Immediate progress = new(_ =>
            {
                if (--left == 0)
                {
                    cancel.Cancel();
                }
            });
            await Assert.ThatAsync(
                () => new CheckpointRestorer(_target, _options).RestoreAsync(_folder["copy"], null, progress, cancel.Token),
                Throws.InstanceOf<OperationCanceledException>());
            Assert.That(_folder.Entries, Is.EqualTo(new[] { "copy.restoring.lock", "store", "store.upload.lock" }));
        }
    }

    [Test]
    public async Task Restore_FailsAtEachCall_LeavesNothingAndWorksTheNextTime()
    {
        FaultyTarget faulty = new(_target);
        await new CheckpointRestorer(faulty, _options).RestoreAsync(_folder["measured"]);
        for (int k = 0; k < faulty.Calls; k++)
        {
            FaultyTarget down = new(_target) { FailFrom = k };
            await Assert.ThatAsync(
                () => new CheckpointRestorer(down, _options).RestoreAsync(_folder["copy"]), Throws.InstanceOf<CheckpointTargetException>());
            Assert.That(Directory.Exists(_folder["copy"]) || Directory.Exists(_folder["copy.restoring"]), Is.False);
        }

        await RestoreAsync();
        Assert.That(CheckpointStores.AnswersOf(_folder["copy"]), Is.EqualTo(CheckpointStores.Answers(_store)));
    }

    [Test]
    public async Task Restore_LeftoverOfAKilledRestoring_IsReplaced([Values("empty", "zeros", "begun", "torn", "much")] string what)
    {
        string left = _folder["copy.restoring"];
        Directory.CreateDirectory(left);
        string marker = Path.Combine(left, "SIGNALS-WORK");
        switch (what)
        {
            case "zeros":
                File.WriteAllBytes(marker, new byte[31]);
                break;
            case "begun":
                File.WriteAllBytes(marker, []);
                break;
            case "torn" or "much":
                WorkFolders.Leave(left);
                Directory.CreateDirectory(Path.Combine(left, "store"));
                break;
        }

        // A power cut may leave any of the files without its content, also the manifest of the store.
        if (what is "torn" or "much")
        {
            File.WriteAllBytes(Path.Combine(left, "store", "MANIFEST-000001"), what == "torn" ? [] : "SIGNLOG1"u8.ToArray());
            File.WriteAllBytes(Path.Combine(left, "store", "000002.tbl"), new byte[100]);
        }

        await RestoreAsync();
        Assert.That(CheckpointStores.AnswersOf(_folder["copy"]), Is.EqualTo(CheckpointStores.Answers(_store)));
        Assert.That(Directory.Exists(left), Is.False);
    }

    [Test]
    public async Task Restore_StoreInItsPlace_IsRefusedAndStays()
    {
        await _store.CheckpointAsync(_folder["copy.restoring"]);
        await Assert.ThatAsync(RestoreAsync, Throws.InstanceOf<FileOperationException>().With.Message.Contains("marker"));
        Assert.That(CheckpointStores.AnswersOf(_folder["copy.restoring"]), Is.EqualTo(CheckpointStores.Answers(_store)));
    }

    [Test]
    public async Task Restore_LeftoverThatIsOpen_IsRefusedAndStays()
    {
        WorkFolders.Leave(_folder["copy.restoring"]);
        await _store.CheckpointAsync(_folder["copy.restoring/store"]);
        using (SignalStore open = CheckpointStores.Open(_folder["copy.restoring/store"]))
        {
            await Assert.ThatAsync(RestoreAsync, Throws.InstanceOf<StoreLockedException>());
            Assert.That(CheckpointStores.Answers(open), Is.EqualTo(CheckpointStores.Answers(_store)));
        }

        await RestoreAsync();
    }

    [Test]
    public async Task Restore_WorkFolderHoldsTheOnlyLocalStore_IsRefusedAndStays()
    {
        WorkFolders.Leave(_folder["copy.restoring"]);
        await _store.CheckpointAsync(_folder["copy.restoring/replaced"]);
        await Assert.ThatAsync(RestoreAsync, Throws.InstanceOf<FileOperationException>().With.Message.Contains("interrupted"));
        Assert.That(CheckpointStores.AnswersOf(_folder["copy.restoring/replaced"]), Is.EqualTo(CheckpointStores.Answers(_store)));
    }

    [Test]
    public async Task Restore_CheckpointOfNoParts_IsRestored()
    {
        ManifestFile[] files = [new ManifestFile("CURRENT", 0, []), new ManifestFile("MANIFEST-000001", 0, [])];
        CheckpointManifest empty = Manifest() with { Files = files };
        await new FolderRestore(_target, empty, _options).RunAsync(_folder["empty"], null, default);
        Assert.That(Directory.GetFiles(_folder["empty"]), Has.Length.EqualTo(2));
    }

    /// <summary>A client whose own time for a read is over cancels it, although nobody asked for that.</summary>
    [Test]
    public async Task Restore_ReadIsCancelledByTheClient_IsATargetError([Values] bool collects)
    {
        BrokenStreams broken = new(_target);
        _time.NowMs += (long)TimeSpan.FromDays(30).TotalMilliseconds;
        await _target.PutIfAbsentAsync(BlobNames.Part(ContentHash.Of([1]), 1), new byte[20], default);
        _time.NowMs += (long)TimeSpan.FromDays(30).TotalMilliseconds;
        await Assert.ThatAsync(
            Task () => collects
                ? new CheckpointCollector(broken, _options).CollectAsync()
                : new CheckpointRestorer(broken, _options).RestoreAsync(_folder["copy"]),
            Throws.InstanceOf<CheckpointTargetException>().With.Message.Contains("read"));
    }

    [TestCase("000002.tbl")]
    [TestCase("diary.txt")]
    public async Task Restore_ForeignFolderInItsPlace_IsRefusedAndStays(string name)
    {
        Directory.CreateDirectory(_folder["copy.restoring"]);
        File.WriteAllText(Path.Combine(_folder["copy.restoring"], name), "mine");
        await Assert.ThatAsync(RestoreAsync, Throws.InstanceOf<FileOperationException>().With.Message.Contains("copy.restoring"));
        Assert.That(File.ReadAllText(Path.Combine(_folder["copy.restoring"], name)), Is.EqualTo("mine"));
    }

    [Test]
    public async Task Restore_Files_AreForTheirOwnerOnly()
    {
        if (OperatingSystem.IsWindows())
        {
            Assert.Ignore("Windows has no such modes.");
            return;
        }

        await RestoreAsync();
        Assert.That(File.GetUnixFileMode(_folder["copy"]), Is.EqualTo((UnixFileMode)0b111_000_000));
        foreach (string file in Directory.GetFiles(_folder["copy"]))
        {
            Assert.That(File.GetUnixFileMode(file), Is.EqualTo((UnixFileMode)0b110_000_000), file);
        }
    }

    private CheckpointManifest Manifest() => ManifestFormat.Read(
        _target.Blobs.Single(blob => blob.Key.StartsWith(BlobNames.Manifests, StringComparison.Ordinal)).Value.Content);

    private Task RestoreAsync() => new CheckpointRestorer(_target, _options).RestoreAsync(_folder["copy"]);

    private sealed class Immediate(Action<RestoreProgress> report) : IProgress<RestoreProgress>
    {
        public void Report(RestoreProgress value) => report(value);
    }
}
