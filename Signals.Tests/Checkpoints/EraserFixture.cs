using System.Text;
using Signals.Checkpoints;
using Signals.Checkpoints.Formats;
using Signals.Maintenance;
using Signals.Storage.FileSystem;
using Signals.Tests.Reliability;
using Signals.Tests.Storage.Engine;

namespace Signals.Tests.Checkpoints;

/// <summary>
/// Stores with a marked user, their checkpoints, and the search for what is left of the user. One test at a time.
/// </summary>
internal abstract class EraserFixture
{
    private const ulong MarkedId = 0xB10B_E4A5_77C3_0D92;
    private const string MarkedText = "blob-erase-me-Kx41-Tq93-Vz60";
    protected const long First = 150;
    protected const long Second = 230;
    protected const long Third = 300;

    protected static readonly UserId Marked = new(0x2B3C_4D5E_6F70_8192, 0xA3B4_C5D6_E7F8_091A);

    private int _copies;

    protected TempFolder Folder { get; private set; } = null!;

    protected ManualTime Time { get; private set; } = null!;

    protected CheckpointOptions Options { get; set; } = null!;

    [SetUp]
    public void SetUp()
    {
        Folder = new TempFolder();
        Time = new ManualTime(CheckpointStores.Start);
        Options = new CheckpointOptions { Parallelism = 1, TimeProvider = Time };
    }

    [TearDown]
    public void TearDown() => Folder.Dispose();

    /// <summary>A store with the marked user and the events of the source up to the first position, and its checkpoint.</summary>
    protected async Task<(MemoryTarget Target, SignalStore Store)> UploadedAsync()
    {
        MemoryTarget target = new(Time);
        SignalStore store = OpenMarked("store");
        CheckpointStores.Feed(store, First);
        await new CheckpointUploader(store, target, Options).UploadAsync();
        return (target, store);
    }

    protected SignalStore OpenMarked(string name)
    {
        SignalStore store = CheckpointStores.Open(Folder[name]);
        for (int i = 0; i < 2; i++)
        {
            EventBatch batch = store.CreateBatch("view");
            batch.Add(Marked, CheckpointStores.Start - i, MarkedId).Set("n", i).Set("note", MarkedText);
            store.Append(batch);
            store.FlushAsync().GetAwaiter().GetResult();
        }

        return store;
    }

    protected Task<CheckpointErasureCertificate> EraseAsync(CheckpointTarget target, params UserErasure[] users) =>
        new CheckpointEraser(target, Options).EraseAsync(Folder["scratch"], users, CheckpointStores.Options);

    protected static async Task<CheckpointManifest> ManifestAsync(MemoryTarget target) =>
        (await Signals.Checkpoints.Transfer.CurrentCheckpoint.ReadAsync(target, default))!.Manifest;

    /// <summary>Nothing is in the target but what CURRENT names.</summary>
    protected static async Task RequireOnlyCurrentAsync(MemoryTarget target)
    {
        var current = await Signals.Checkpoints.Transfer.CurrentCheckpoint.ReadAsync(target, default);
        Assert.That(
            target.Blobs.Keys, Is.EquivalentTo(current!.Manifest.PartNames.Append(BlobNames.Manifest(current.Hash)).Distinct()));
    }

    protected async Task<string> AnswersAsync(CheckpointTarget target)
    {
        string copy = Folder[$"copy-{_copies++}"];
        await new CheckpointRestorer(target, Options).RestoreAsync(copy);
        string answers = CheckpointStores.AnswersOf(copy);
        Directory.Delete(copy, recursive: true);
        return answers;
    }

    /// <summary>What the current checkpoint holds of the marked user.</summary>
    protected async Task<List<string>> ResidueAsync(CheckpointTarget target)
    {
        string copy = Folder[$"copy-{_copies++}"];
        await new CheckpointRestorer(target, Options).RestoreAsync(copy);
        List<string> found = new ResidueSearch(
            FileSystems.ForThisMachine(), copy, CheckpointStores.Schema, Marked, MarkedId, Encoding.UTF8.GetBytes(MarkedText)).Find();
        Directory.Delete(copy, recursive: true);
        return found;
    }
}
