using System.Text;
using System.Text.Json;
using Signals.Maintenance;
using Signals.Offline;
using Signals.Storage.Primitives;
using Signals.Storage.Versions;
using Signals.Tests.Reliability;
using Signals.Tests.Simulation;
using Signals.Tests.Storage.Engine;

namespace Signals.Tests.Storage.Maintenance;

/// <summary>
/// A certificate names every place that the erased user was in, and is complete exactly when no file holds the user any more.
/// </summary>
[Category("Fast")]
internal sealed class ErasureCertificateTests
{
    private const ulong MarkedId = 0xCE27_1F1C_A7E5_0001;
    private const string MarkedText = "certified-erase-me-Zq81-Lp20";

    private static readonly UserId Marked = new(0x1A2B_3C4D_5E6F_7081, 0x9182_7364_5546_3728);
    private static readonly StoreSchema Schema = StoreSchema.Define(s => s.EventType("e", t => t.Field<int>("n").Text("note")));

    private readonly SettableTime _time = new(TestStores.Start);
    private SimFileSystem _files = null!;

    [SetUp]
    public void SetUp() => _files = new SimFileSystem(record: false);

    [Test]
    public void Certificate_UserInMemoryLogsAndTables_ListsEachAndCompletesWithTheLastFile()
    {
        using SignalStore store = Open();
        Append(store, 0);
        Wait(store.FlushAsync());
        Append(store, 1);
        Wait(store.FlushAsync());
        Append(store, 2);
        ErasureCertificate certificate = Erase(store, Marked);
        Assert.That(Count(certificate, ErasurePlaceKind.Memory), Is.EqualTo(1));
        Assert.That(Count(certificate, ErasurePlaceKind.Log), Is.GreaterThanOrEqualTo(1));
        Assert.That(Count(certificate, ErasurePlaceKind.Table), Is.GreaterThanOrEqualTo(1));
        Assert.That(certificate.Places.Select(place => place.CleanedAt), Is.All.Null);
        Assert.That(certificate.IsComplete, Is.False);
        Assert.That(Residue(), Is.Not.Empty);

        _time.NowMs += 5000;
        Wait(store.FlushAsync());
        Assert.That(
            certificate.Places.Where(place => place.Kind == ErasurePlaceKind.Memory).Select(place => place.CleanedAt),
            Is.All.EqualTo(_time.GetUtcNow()));
        Assert.That(certificate.IsComplete, Is.EqualTo(Residue().Count == 0));

        _time.NowMs += 5000;
        Wait(store.CompactAsync());
        Assert.That(certificate.IsComplete, Is.True, string.Join('\n', certificate.Places));
        Assert.That(certificate.Completion.IsCompletedSuccessfully);
        Assert.That(certificate.Places.Select(place => place.CleanedAt), Has.None.Null);
        Assert.That(Residue(), Is.Empty);
        Assert.That(certificate.Checkpoints, Is.Empty);
    }

    [Test]
    public void Certificate_UserNowhere_NeedsTheLogOfTheErasureAlone()
    {
        using SignalStore store = Open();
        ErasureCertificate certificate = Erase(store, UserId.From("nobody"));
        Assert.That(certificate.Places.Select(place => place.Kind), Is.All.EqualTo(ErasurePlaceKind.Log));
        Wait(store.FlushAsync());
        Assert.That(certificate.IsComplete, Is.True, string.Join('\n', certificate.Places));
    }

    [Test]
    public void Certificate_CheckpointTakenBefore_IsNamedAndNotCleaned()
    {
        using SignalStore store = Open();
        Append(store, 0);
        Wait(store.CheckpointAsync("/copy"));
        ErasureCertificate certificate = Erase(store, Marked);
        Wait(store.CompactAsync());
        Assert.That(certificate.IsComplete);
        Assert.That(certificate.Checkpoints, Is.EqualTo(new[] { "/copy" }));
        Assert.That(new ResidueSearch(_files, "/copy", Schema, Marked, MarkedId, Encoding.UTF8.GetBytes(MarkedText)).Find(), Is.Not.Empty);
    }

    [Test]
    public void ToJson_BeforeAndAfterTheLastPlaceIsClean_SaysAllOfIt()
    {
        string open;
        string complete;
        ErasureCertificate certificate;
        using (SignalStore store = Open())
        {
            Append(store, 0);
            Wait(store.FlushAsync());
            Wait(store.CheckpointAsync("/copy"));
            certificate = Erase(store, Marked);
            open = certificate.ToJson(_time.GetUtcNow());
            Wait(store.CompactAsync());
            complete = certificate.ToJson(_time.GetUtcNow());
        }

        using JsonDocument before = JsonDocument.Parse(open);
        using JsonDocument after = JsonDocument.Parse(complete);
        Assert.That(before.RootElement.GetProperty("complete").GetBoolean(), Is.False);
        Assert.That(
            before.RootElement.GetProperty("places").EnumerateArray().Select(place => place.GetProperty("cleaned_at").ValueKind),
            Has.Some.EqualTo(JsonValueKind.Null));
        JsonElement root = after.RootElement;
        Assert.That(root.GetProperty("format").GetInt32(), Is.EqualTo(1));
        Assert.That(root.GetProperty("user").GetString(), Is.EqualTo("1a2b3c4d5e6f70819182736455463728"));
        Assert.That(root.GetProperty("cutoff_ms").GetInt64(), Is.EqualTo(certificate.CutoffMs));
        Assert.That(root.GetProperty("erased_at").GetDateTimeOffset(), Is.EqualTo(certificate.ErasedAt));
        Assert.That(root.GetProperty("complete").GetBoolean());
        Assert.That(root.GetProperty("checkpoints").EnumerateArray().Select(name => name.GetString()), Is.EqualTo(new[] { "/copy" }));
        Assert.That(
            root.GetProperty("places").EnumerateArray().Select(place => (
                place.GetProperty("name").GetString(), place.GetProperty("found_at").GetDateTimeOffset(),
                (DateTimeOffset?)place.GetProperty("cleaned_at").GetDateTimeOffset())),
            Is.EqualTo(certificate.Places.Select(place => (place.Name, place.FoundAt, place.CleanedAt))));
        Assert.That(certificate.ToJson(_time.GetUtcNow()), Is.EqualTo(complete), "closing the store changes nothing of it");
    }

    [Test]
    public void Certificate_FilesReplacedBefore_AreListedUntilTheyAreGone([Values("held", "late")] string why)
    {
        using SignalStore store = Open();
        Append(store, 0);
        Wait(store.FlushAsync());
        string[] before = FilesOf(store);
        Append(store, 1);
        ReadEpochs epochs = store.Engine.TestContents.View.Epochs;
        EpochScope reader = epochs.Enter();
        Wait(store.CompactAsync());
        string[] replaced = [.. before.Except(FilesOf(store))];
        Assert.That(replaced, Is.Not.Empty.And.SubsetOf(FilesThere()));
        _files.Refuses = operation => why == "late" && operation.Kind == SimOperationKind.Delete;
        if (why == "late")
        {
            reader.Dispose();
            epochs.Collect();
        }

        ErasureCertificate certificate = Erase(store, Marked);
        Assert.That(replaced, Is.SubsetOf(FilesThere()).And.SubsetOf(certificate.Places.Select(place => place.Name)));
        if (why == "held")
        {
            Wait(store.CompactAsync());
        }

        Assert.That(certificate.IsComplete, Is.False);
        _files.Refuses = null;
        reader.Dispose();
        epochs.Collect();
        Wait(store.CompactAsync());
        store.Engine.TestPins.DeleteLate();
        Assert.That(certificate.IsComplete, Is.True, string.Join('\n', certificate.Places));
        Assert.That(Residue(), Is.Empty);
    }

    /// <summary>A merge that fails leaves a file that was never in the version, and the disk refuses to delete it.</summary>
    [Test]
    public void Certificate_FileOfAFailedMerge_IsListedUntilItIsGone()
    {
        using SignalStore store = Open();
        Append(store, 0);
        Wait(store.FlushAsync());
        ErasureCertificate certificate = Erase(store, Marked);
        Wait(store.FlushAsync());
        string[] before = FilesOf(store);
        _files.Refuses = operation =>
            operation.Kind is SimOperationKind.Sync or SimOperationKind.Delete && operation.Path.Contains(".tbl", StringComparison.Ordinal);
        Assert.That(() => Wait(store.CompactAsync()), Throws.InstanceOf<StoreWorkFailedException>());
        string[] left = [.. FilesThere().Except(before).Where(name => name.EndsWith(".tbl", StringComparison.Ordinal))];
        Assert.That(left, Is.Not.Empty);
        _files.Refuses = operation => operation.Kind == SimOperationKind.Delete && left.Contains(Path.GetFileName(operation.Path));
        Wait(store.CompactAsync());
        Assert.That(certificate.Places.Where(place => place.CleanedAt is null).Select(place => place.Name), Is.EquivalentTo(left));
        _files.Refuses = null;
        store.Engine.TestPins.DeleteLate();
        Assert.That(certificate.IsComplete, Is.True, string.Join('\n', certificate.Places));
    }

    [Test]
    public void Certificate_TableThatCameAndWentWhileFilesCouldNotBeListed_IsListedUntilItIsGone()
    {
        using (SegmentWriter writer = SegmentWriter.Create(_files, "/late.seg", Schema["e"], new SegmentOptions { Generation = 1 }))
        {
            writer.Insert(Marked, TestStores.Start, MarkedId).Set("note", MarkedText);
            writer.Finish();
        }

        using SignalStore store = Open();
        ErasureCertificate certificate = Erase(store, Marked);
        ReadEpochs epochs = store.Engine.TestContents.View.Epochs;
        string imported;
        using (epochs.Enter())
        {
            _files.RefusesListsOf = path => path == TestStores.Folder;
            Wait(store.ImportAsync("/late.seg"));
            imported = FilesOf(store).Single();
            Wait(store.CompactAsync());
            _files.RefusesListsOf = null;
            Append(store, 1);
            Wait(store.FlushAsync()); // a commit, after which the certificate is brought up to date
            Assert.That(FilesThere(), Does.Contain(imported));
            Assert.That(FilesOf(store), Does.Not.Contain(imported));
            Assert.That(certificate.Places.Where(place => place.CleanedAt is null).Select(place => place.Name), Does.Contain(imported));
        }

        epochs.Collect();
        Wait(store.CompactAsync());
        Assert.That(certificate.IsComplete, Is.True, string.Join('\n', certificate.Places));
    }

    [Test]
    public void Certificate_EventsAfterTheErasure_AreNoPlace()
    {
        using SignalStore store = Open();
        Append(store, 0);
        ErasureCertificate certificate = Erase(store, Marked);
        EventBatch later = store.CreateBatch("e");
        later.Add(Marked, _time.NowMs + 1000, 7).Set("n", 1);
        store.Append(later);
        store.Engine.RunPending();
        Wait(store.CompactAsync());
        Assert.That(certificate.IsComplete, Is.True, string.Join('\n', certificate.Places));
    }

    private static ErasureCertificate Erase(SignalStore store, UserId user)
    {
        Task<ErasureCertificate> erased = store.EraseCertifiedAsync(user);

        // Takes the erasure in without a compaction, which would clean places before they are looked at.
        Wait(store.Engine.WhenAppliedAsync().AsTask());
        return erased.GetAwaiter().GetResult();
    }

    private static int Count(ErasureCertificate certificate, ErasurePlaceKind kind) =>
        certificate.Places.Count(place => place.Kind == kind);

    private static void Wait(Task work) => work.GetAwaiter().GetResult();

    private static void Append(SignalStore store, int round)
    {
        EventBatch batch = store.CreateBatch("e");
        for (int user = 0; user < 20; user++)
        {
            batch.Add(UserId.From((ulong)user + 1), TestStores.Start - round, (ulong)(100 + round)).Set("n", user).Set("note", "kept");
        }

        batch.Add(Marked, TestStores.Start - round, MarkedId).Set("n", round).Set("note", MarkedText);
        store.Append(batch);
        store.Engine.RunPending();
    }

    private static string[] FilesOf(SignalStore store) =>
        [.. store.Engine.Tables.Tables.SelectMany(table => StoreFiles.FilesOf(table.Meta)).Distinct()];

    private IReadOnlyList<string> FilesThere() => _files.ListFiles(TestStores.Folder);

    private List<string> Residue() =>
        new ResidueSearch(_files, TestStores.Folder, Schema, Marked, MarkedId, Encoding.UTF8.GetBytes(MarkedText)).Find();

    private SignalStore Open() => TestStores.Open(_files, Schema, _time);
}
