using System.Text;
using Signals.Core.Columns;
using Signals.Core.Model;
using Signals.Maintenance;
using Signals.Storage.Tables;
using Signals.Tests.Simulation;
using Signals.Tests.Storage.Engine;

namespace Signals.Tests.Reliability;

/// <summary>An erased user cannot be read at once, and after a compaction no byte of the user's events is in any file.</summary>
[Category("Reliability")]
internal sealed class EraseResidueTests
{
    private const ulong MarkedId = 0xE5A1_77C3_09D2_4BF6;
    private const string MarkedText = "jx9-erase-me-Qv7-erase-me-Zk3";

    private static readonly UserId Marked = new(0x7A3C_91E4_5D0B_26F8, 0xC84F_1D62_B379_A05E);
    private static readonly StoreSchema Schema = StoreSchema.Define(s => s.EventType("e", t => t.Field<int>("n").Text("note")));

    private VersionRetention? _kept;
    private readonly SettableTime _time = new(TestStores.Start);

    [Test]
    public async Task Erase_ThenCompact_LeavesNothingOfTheUserWhereverACrashFalls(
        [Values(Durability.Buffered, Durability.Synced)] Durability durability, [Values] bool halfInTables, [Values] bool keepsVersions)
    {
        _kept = keepsVersions ? new VersionRetention() : null;
        SimFileSystem files = new();
        SignalStore store = Open(files, durability);
        await FillAsync(store, halfInTables);
        Assert.That(Search(files), Is.Not.Empty, "the search sees what is there");
        Assert.That(Count(store, Marked), Is.EqualTo(halfInTables ? 4 : 2));

        int first = files.OperationCount;
        Erase(store);
        int erased = files.OperationCount;
        Assert.That(Count(store, Marked), Is.Zero);
        await store.CompactAsync();
        Assert.That(Search(files), Is.Empty);
        Assert.That(Count(store, Marked), Is.Zero);
        int others = Count(store, UserId.From(1));
        store.Engine.Close(abandon: true);

        SimRecording run = files.Recording();
        for (int cut = first; cut <= run.Operations.Count; cut++)
        {
            await VerifyAsync(
                new SimFileSystem(run.KillImage(cut), record: false), durability,
                cut >= erased, others, $"crash at operation {cut}, erased at {erased}");
        }
    }

    [Test]
    public async Task Erase_OfAUserWithPatches_LeavesNothingInPatchesAndColumnFiles([Values] bool folded, [Values] bool keepsVersions)
    {
        _kept = keepsVersions ? new VersionRetention() : null;
        SimFileSystem files = new(record: false);
        using SignalStore store = Open(files, Durability.Synced);
        await FillAsync(store, halfInTables: true);
        await store.CompactAsync();
        AttachMarks(files, store);
        if (folded)
        {
            store.Engine.RunPending();
        }

        string suffix = folded ? ".col" : ".seg";
        Assert.That(Search(files).Where(found => found.Contains(suffix)), Is.Not.Empty, "the search sees what is there");
        Erase(store);
        await store.CompactAsync();
        Assert.That(Search(files), Is.Empty);
        Assert.That(files.ListFiles(TestStores.Folder).Where(name => name.EndsWith(".col", StringComparison.Ordinal)), Is.Empty);
    }

    [Test]
    public async Task Append_LateEventOfAnErasedUserThenCompact_LeavesNothing([Values] bool keepsVersions, [Values] bool flushedFirst)
    {
        _kept = keepsVersions ? new VersionRetention() : null;
        SimFileSystem files = new();
        SignalStore store = Open(files, Durability.Synced);
        await FillAsync(store, halfInTables: true);
        Erase(store);
        await store.CompactAsync();
        Append(store, 6);
        Assert.That(Search(files), Is.Not.Empty, "the log has it");
        if (flushedFirst)
        {
            await store.FlushAsync();
            store.Engine.RunPending();
        }

        int first = files.OperationCount;
        await store.CompactAsync();
        Assert.That(Search(files), Is.Empty);
        int others = Count(store, UserId.From(1));
        store.Engine.Close(abandon: true);
        SimRecording run = files.Recording();
        for (int cut = first; cut <= run.Operations.Count; cut++)
        {
            await VerifyAsync(
                new SimFileSystem(run.KillImage(cut), record: false), Durability.Synced,
                isErased: true, others, $"crash at operation {cut} of the compaction");
        }
    }

    [Test]
    public async Task Certificate_WithKeptVersions_StaysOpenUntilTheirFilesAreGone()
    {
        _kept = new VersionRetention();
        SimFileSystem files = new(record: false);
        using SignalStore store = Open(files, Durability.Synced);
        await FillAsync(store, halfInTables: true);
        await store.CompactAsync();
        Append(store, 5, marked: false);
        await store.CompactAsync();
        Task<ErasureCertificate> certified = store.EraseCertifiedAsync(Marked);
        store.Engine.RunPending();
        ErasureCertificate certificate = await certified;
        await store.FlushAsync();
        store.Engine.RunPending();
        Assert.That(certificate.IsComplete, Is.False, "merges alone leave the kept versions");
        Assert.That(Search(files), Is.Not.Empty);
        await store.CompactAsync();
        Assert.That(Search(files), Is.Empty);
        Assert.That(certificate.IsComplete);
    }

    /// <summary>Corrects the note of the marked user and of another, and one of an event that is not there.</summary>
    private static void AttachMarks(SimFileSystem files, SignalStore store)
    {
        SortedDictionary<UserId, RowBuffer> users = [];
        foreach (UserId user in (UserId[])[Marked, UserId.From(3)])
        {
            RowBuffer rows = new([.. Schema["e"].Columns.Select(column => column.Type)], Stamp.Create(1, 0), StampParts.None);
            rows.AppendKey(TestStores.Start, user == Marked ? MarkedId : 100);
            rows.Columns[1].AppendText(user == Marked ? MarkedText : "other");
            rows.AppendKey(TestStores.Start - 50, user == Marked ? MarkedId : 1);
            rows.Columns[1].AppendText(user == Marked ? MarkedText : "other");
            rows.FillAbsent();
            users[user] = rows;
        }

        using AttachedRuns runs = new(files, store, TestStores.Tiny.Tables);
        runs.Add(Schema["e"], RunKind.Patches, users).Attach();
    }

    private async Task VerifyAsync(SimFileSystem files, Durability durability, bool isErased, int others, string when)
    {
        using SignalStore store = Open(files, durability);
        if (!isErased && Count(store, Marked) > 0)
        {
            Erase(store);
        }

        Assert.That(Count(store, Marked), Is.Zero, when);
        await store.CompactAsync();
        Assert.That(Search(files), Is.Empty, when);
        Assert.That(Count(store, UserId.From(1)), Is.EqualTo(others), when);
    }

    /// <summary>The marked user among others: in tables of two runs if asked for, and in the log.</summary>
    private static async Task FillAsync(SignalStore store, bool halfInTables)
    {
        if (halfInTables)
        {
            Append(store, 0);
            await store.FlushAsync();
            Append(store, 1);
            await store.FlushAsync();
            Append(store, 2, marked: false);
        }

        Append(store, 3);
        Append(store, 4);
    }

    private static void Append(SignalStore store, int round, bool marked = true)
    {
        EventBatch batch = store.CreateBatch("e");
        for (int user = 0; user < 20; user++)
        {
            batch.Add(UserId.From((ulong)user + 1), TestStores.Start - round, (ulong)(100 + round))
                .Set("n", user).Set("note", "erase-me-not-erase-me-not-erase-me-not");
        }

        if (marked)
        {
            batch.Add(Marked, TestStores.Start - round, MarkedId).Set("n", round).Set("note", MarkedText);
        }

        store.Append(batch);
        store.Engine.RunPending();
    }

    private static void Erase(SignalStore store)
    {
        ValueTask<AppendAck> erased = store.EraseAsync(Marked);
        store.Engine.RunPending();
        Assert.That(erased.IsCompletedSuccessfully);
    }

    private static int Count(SignalStore store, UserId user)
    {
        using Sequence all = store.Read(user, store.Query("e").Columns().Build());
        return all.Count;
    }

    private static List<string> Search(SimFileSystem files) =>
        new ResidueSearch(files, TestStores.Folder, Schema, Marked, MarkedId, Encoding.UTF8.GetBytes(MarkedText)).Find();

    private SignalStore Open(SimFileSystem files, Durability durability) =>
        TestStores.Open(files, Schema, _time, TestStores.Tiny with { Durability = durability, Retention = _kept });
}
