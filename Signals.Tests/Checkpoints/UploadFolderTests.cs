using Signals.Checkpoints;
using Signals.Maintenance;
using Signals.Tests.Storage.Engine;

namespace Signals.Tests.Checkpoints;

/// <summary>The folder in which a local checkpoint lies while it is sent: nothing but what is ours is ever deleted there.</summary>
[Category("Fast")]
internal sealed class UploadFolderTests
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

    [Test]
    public async Task Upload_LeftoverOfAKilledUpload_IsReplaced()
    {
        using SignalStore store = CheckpointStores.Open(_folder["store"]);
        CheckpointStores.Feed(store, 100);
        WorkFolders.Leave(_folder["store.upload"]);
        await store.CheckpointAsync(_folder["store.upload/store"]);
        Directory.CreateDirectory(_folder["store.upload/store.tmp"]);
        Assert.That((await new CheckpointUploader(store, _target, _options).UploadAsync()).Outcome, Is.EqualTo(UploadOutcome.Published));
        Assert.That(Directory.Exists(_folder["store.upload"]), Is.False);
    }

    /// <summary>A folder with the name of the work folder may be somebody's store or backup. It looks like ours, and is not.</summary>
    [Test]
    public async Task Upload_StoreInItsPlace_IsRefusedAndStays()
    {
        using SignalStore store = CheckpointStores.Open(_folder["store"]);
        CheckpointStores.Feed(store, 100);
        await store.CheckpointAsync(_folder["store.upload"]);
        await Assert.ThatAsync(
            () => new CheckpointUploader(store, _target, _options).UploadAsync(),
            Throws.InstanceOf<FileOperationException>().With.Message.Contains("marker"));
        Assert.That(CheckpointStores.AnswersOf(_folder["store.upload"]), Is.EqualTo(CheckpointStores.Answers(store)));
    }

    [Test]
    public void UploadFolder_OverlapsTheStore_IsRefused([Values("store", "store/", "store/work", "", "link", "link/work")] string name)
    {
        using SignalStore store = CheckpointStores.Open(_folder["store"]);
        Directory.CreateSymbolicLink(_folder["link"], _folder["store"]);
        CheckpointOptions options = new() { UploadFolder = _folder[name] };
        Assert.That(() => new CheckpointUploader(store, _target, options), Throws.ArgumentException.With.Message.Contains("UploadFolder"));
        CheckpointStores.Feed(store, 10);
    }

    /// <summary>The work folder of a store behind a link lies on the store's disk, not on that of the link.</summary>
    [Test]
    public async Task Upload_StoreBehindALink_WorksBesideTheFolderItself()
    {
        Directory.CreateDirectory(_folder["disk"]);
        Directory.CreateSymbolicLink(_folder["store"], _folder["disk/store"]);
        Directory.CreateDirectory(_folder["disk/store"]);
        using SignalStore store = CheckpointStores.Open(_folder["store"]);
        await new CheckpointUploader(store, _target, _options).UploadAsync();
        Assert.That(_folder.Entries, Is.EqualTo(new[] { "disk", "store" }));
    }

    [Test]
    public async Task Upload_ManyTimes_LeavesNoCheckpointInACertificate()
    {
        using SignalStore store = CheckpointStores.Open(_folder["store"]);
        CheckpointStores.Feed(store, 20);
        CheckpointUploader uploader = new(store, _target, _options);
        await uploader.UploadAsync();
        await uploader.UploadAsync();
        await store.CheckpointAsync(_folder["kept"]);
        ErasureCertificate certificate = await store.EraseCertifiedAsync(CheckpointStores.UserOf(0));
        Assert.That(certificate.Checkpoints, Is.EqualTo(new[] { _folder["kept"] }));
    }

    [Test]
    public async Task Upload_WorkFolderCannotBeDeleted_IsPublishedNevertheless()
    {
        using SignalStore store = CheckpointStores.Open(_folder["store"]);
        FaultyTarget target = new(_target)
        {
            OnCall = number =>
            {
                if (number == 2)
                {
                    File.WriteAllText(_folder["store.upload/store/diary.txt"], "mine");
                }

                return Task.CompletedTask;
            },
        };

        // The files were listed before the diary came.
        UploadResult result = await new CheckpointUploader(store, target, _options).UploadAsync();
        Assert.That(result.Outcome, Is.EqualTo(UploadOutcome.Published));
        Assert.That(File.ReadAllText(_folder["store.upload/store/diary.txt"]), Is.EqualTo("mine"));
    }

    [TestCase("diary.txt")]
    [TestCase("000001.log")]
    public void Upload_ForeignFolderInItsPlace_IsRefusedAndStays(string name)
    {
        using SignalStore store = CheckpointStores.Open(_folder["store"]);
        Directory.CreateDirectory(_folder["store.upload"]);
        string diary = Path.Combine(_folder["store.upload"], name);
        File.WriteAllText(diary, "dear diary");
        Assert.That(
            () => new CheckpointUploader(store, _target, _options).UploadAsync(),
            Throws.InstanceOf<FileOperationException>().With.Message.Contains("store.upload"));
        Assert.That(File.ReadAllText(diary), Is.EqualTo("dear diary"));
    }

    [Test]
    public async Task Upload_WhileAnotherOfTheStoreRuns_IsRefused()
    {
        using SignalStore store = CheckpointStores.Open(_folder["store"]);
        FaultyTarget slow = new(_target);
        CheckpointUploader second = new(store, _target, _options);
        bool refused = false;
        slow.OnCall = async number =>
        {
            if (number == 2)
            {
                await Assert.ThatAsync(() => second.UploadAsync(), Throws.InstanceOf<FileOperationException>());
                refused = true;
            }
        };
        Assert.That((await new CheckpointUploader(store, slow, _options).UploadAsync()).Outcome, Is.EqualTo(UploadOutcome.Published));
        Assert.That(refused);
    }
}
