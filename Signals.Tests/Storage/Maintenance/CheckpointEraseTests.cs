using System.Text;
using System.Text.Json;
using Signals.Maintenance;
using Signals.Storage.Engine.Context;
using Signals.Storage.FileSystem;
using Signals.Tests.Reliability;
using Signals.Tests.Simulation;
using Signals.Tests.Storage.Engine;

namespace Signals.Tests.Storage.Maintenance;

/// <summary>Users are erased from a checkpoint in a folder: no byte is left, everybody else's events are, wherever a crash falls.</summary>
[Category("Fast")]
internal sealed class CheckpointEraseTests
{
    private const string Copy = "/copy";
    private const ulong MarkedId = 0xCA11_0FF5_3C2D_91B7;
    private const string MarkedText = "checkpointed-erase-me-Wy72-Hb05";

    private static readonly UserId Marked = new(0x1F2E_3D4C_5B6A_7988, 0x8796_A5B4_C3D2_E1F0);
    private static readonly StoreSchema Schema = StoreSchema.Define(s => s.EventType("e", t => t.Field<int>("n").Text("note")));

    private readonly SettableTime _time = new(TestStores.Start);
    private EngineOptions _options = TestStores.Tiny;

    [Test]
    public void Erase_UserInTablesAndLog_LeavesNothingAndListsEachFile([Values] bool canLink, [Values] bool keepsVersions)
    {
        _options = TestStores.Tiny with { Retention = keepsVersions ? new VersionRetention() : null };
        SimFileSystem files = new(record: false) { CanLink = canLink };
        using SignalStore store = Filled(files);
        Assert.That(Residue(files), Is.Not.Empty, "the search sees what is there");
        Dictionary<string, string> shared = Contents(files, TestStores.Folder);
        Dictionary<string, string> before = Contents(files, Copy);
        int others = Count(store, UserId.From(1));

        CheckpointErasureCertificate certificate = Erase(files, new UserErasure(Marked), new UserErasure(UserId.From("nobody")));
        Assert.That(certificate.IsComplete, Is.True, string.Join('\n', certificate.Left));
        Assert.That(Residue(files), Is.Empty);
        Assert.That(
            certificate.Users, Is.EqualTo(new[]
            {
                new ErasedUser(Marked, TestStores.Start, WasFound: true),
                new ErasedUser(UserId.From("nobody"), TestStores.Start, WasFound: false),
            }));
        Dictionary<string, string> after = Contents(files, Copy);
        Assert.That(Listed(certificate.Deleted), Is.EquivalentTo(before.Except(after)));
        Assert.That(Listed(certificate.Written), Is.EquivalentTo(after.Except(before)));
        Assert.That(Contents(files, TestStores.Folder), Is.EquivalentTo(shared), "the store that was copied keeps what it has");
        Assert.That(Count(store, Marked), Is.EqualTo(4));

        using SignalStore copy = Open(files, Copy);
        Assert.That(copy.Verify().Problems, Is.Empty);
        Assert.That((Count(copy, Marked), Count(copy, UserId.From(1))), Is.EqualTo((0, others)));
    }

    [Test]
    public void Erase_UserWhoIsNotThere_RewritesNoTable()
    {
        SimFileSystem files = new(record: false);
        using SignalStore store = Filled(files);
        string[] tables = [.. Contents(files, Copy).Keys.Where(name => name.EndsWith(".tbl", StringComparison.Ordinal))];
        CheckpointErasureCertificate certificate = Erase(files, new UserErasure(UserId.From("nobody")));
        Assert.That(certificate.IsComplete);
        Assert.That(Contents(files, Copy).Keys, Is.SupersetOf(tables));
        Assert.That(tables, Is.Not.Empty);
    }

    [Test]
    public void Erase_UpToATime_KeepsWhatTheUserDidLater()
    {
        SimFileSystem files = new(record: false);
        using SignalStore store = Filled(files);
        DateTimeOffset upTo = DateTimeOffset.FromUnixTimeMilliseconds(TestStores.Start - 2);
        CheckpointErasureCertificate certificate = Erase(files, new UserErasure(Marked, upTo));
        Assert.That(certificate.IsComplete);
        Assert.That(certificate.Users[0].CutoffMs, Is.EqualTo(TestStores.Start - 2));
        using SignalStore copy = Open(files, Copy);
        using Sequence left = copy.Read(Marked, copy.Query("e").Columns("n").Build());
        Assert.That(left.Field<int>("n").ToArray(), Is.EqualTo(new[] { 0, 1 }));
    }

    /// <summary>An event may be told as erased up to a time, and all events of the same user, in one call.</summary>
    [Test]
    public void Erase_OneUserTwice_TakesTheGreaterTime()
    {
        SimFileSystem files = new(record: false);
        using SignalStore store = Filled(files);
        DateTimeOffset upTo = DateTimeOffset.FromUnixTimeMilliseconds(TestStores.Start - 2);
        CheckpointErasureCertificate certificate = Erase(files, new UserErasure(Marked, upTo), new UserErasure(Marked));
        Assert.That(certificate.Users, Is.EqualTo(new[] { new ErasedUser(Marked, TestStores.Start, WasFound: true) }));
        Assert.That(Residue(files), Is.Empty);
    }

    /// <summary>A store without sources goes by its stream. If erasures moved it on, a copy would seem to be ahead of its store.</summary>
    [Test]
    public void Erase_ManyUsers_LeavesTheStreamWhereItWas([Values] bool keepsVersions)
    {
        _options = TestStores.Tiny with { Retention = keepsVersions ? new VersionRetention() : null };
        SimFileSystem files = new(record: false);
        using SignalStore store = Filled(files);
        Erase(files, [new UserErasure(Marked), .. Enumerable.Range(0, 30).Select(i => new UserErasure(UserId.From($"erased {i}")))]);
        using SignalStore copy = Open(files, Copy);
        Assert.That(copy.CommitPosition, Is.EqualTo(store.CommitPosition));
        Append(copy, 9);
        Assert.That(Count(copy, Marked), Is.Zero, "late events stay hidden");
    }

    [Test]
    public void Erase_CrashAtEachOperation_LeavesACheckpointThatTheNextRunCleans([Values] bool canLink)
    {
        SimFileSystem files = new() { CanLink = canLink };
        SignalStore store = Filled(files);
        int others = Count(store, UserId.From(1));
        store.Engine.Close(abandon: true);
        int first = files.OperationCount;
        Erase(files, new UserErasure(Marked));
        SimRecording run = files.Recording();
        for (int cut = first; cut <= run.Operations.Count; cut++)
        {
            string when = $"operation {cut} of {first} to {run.Operations.Count}";
            SimFileSystem left = new(run.CrashImage(cut, (ulong)cut), record: false);
            using (SignalStore copy = Open(left, Copy))
            {
                Assert.That(Count(copy, UserId.From(1)), Is.EqualTo(others), when);
                Assert.That(Count(copy, Marked), Is.EqualTo(4).Or.Zero, when);
            }

            Assert.That(Erase(left, new UserErasure(Marked)).IsComplete, when);
            Assert.That(Residue(left), Is.Empty, when);
            using SignalStore again = Open(left, Copy);
            Assert.That((Count(again, UserId.From(1)), Count(again, Marked)), Is.EqualTo((others, 0)), when);
        }
    }

    [Test]
    public void Erase_FileThatCannotBeDeleted_IsLeftAndTheNextRunDeletesIt()
    {
        SimFileSystem files = new(record: false);
        using SignalStore store = Filled(files);
        files.Refuses = operation => operation.Kind == SimOperationKind.Delete && operation.Path.StartsWith(Copy, StringComparison.Ordinal)
            && operation.Path.EndsWith(".tbl", StringComparison.Ordinal);
        CheckpointErasureCertificate certificate = Erase(files, new UserErasure(Marked));
        Assert.That(certificate.IsComplete, Is.False);
        Assert.That(certificate.Left, Is.Not.Empty.And.SubsetOf(Contents(files, Copy).Keys));
        files.Refuses = null;
        Assert.That(Erase(files, new UserErasure(Marked)).IsComplete);
        Assert.That(Residue(files), Is.Empty);
    }

    [Test]
    public void ToJson_OfACertificate_SaysAllOfIt()
    {
        CheckpointErasureCertificate certificate = new()
        {
            Checkpoint = "/copy",
            CheckpointId = "77",
            ErasedAt = _time.GetUtcNow(),
            Users = [new ErasedUser(Marked, 5, WasFound: true)],
            Deleted = [new CheckpointFile("000001.tbl", 10, "ab")],
            Written = [new CheckpointFile("000002.tbl", 9, "cd")],
            Left = ["000003.tbl"],
        };
        JsonElement json = JsonDocument.Parse(certificate.ToJson()).RootElement;
        Assert.That(json.GetProperty("format").GetInt32(), Is.EqualTo(1));
        Assert.That(json.GetProperty("checkpoint").GetString(), Is.EqualTo("/copy"));
        Assert.That(json.GetProperty("checkpoint_id").GetString(), Is.EqualTo("77"));
        Assert.That(json.GetProperty("erased_at").GetDateTimeOffset(), Is.EqualTo(certificate.ErasedAt));
        Assert.That(json.GetProperty("complete").GetBoolean(), Is.False);
        JsonElement user = json.GetProperty("users")[0];
        Assert.That(
            (user.GetProperty("user").GetString(), user.GetProperty("cutoff_ms").GetInt64(), user.GetProperty("found").GetBoolean()),
            Is.EqualTo((Marked.ToString(), 5L, true)));
        JsonElement file = json.GetProperty("deleted")[0];
        Assert.That(
            (file.GetProperty("name").GetString(), file.GetProperty("bytes").GetInt64(), file.GetProperty("sha256").GetString()),
            Is.EqualTo(("000001.tbl", 10L, "ab")));
        Assert.That(json.GetProperty("written")[0].GetProperty("name").GetString(), Is.EqualTo("000002.tbl"));
        Assert.That(json.GetProperty("left")[0].GetString(), Is.EqualTo("000003.tbl"));
    }

    /// <summary>A store with the marked user in two tables and in the log, and its checkpoint.</summary>
    private SignalStore Filled(SimFileSystem files)
    {
        SignalStore store = Open(files, TestStores.Folder);
        for (int round = 0; round < 4; round++)
        {
            Append(store, round);
            if (round < 2)
            {
                store.FlushAsync().GetAwaiter().GetResult();
            }
        }

        store.CheckpointAsync(Copy).GetAwaiter().GetResult();
        return store;
    }

    private static void Append(SignalStore store, int round)
    {
        EventBatch batch = store.CreateBatch("e");
        for (int user = 1; user <= 20; user++)
        {
            batch.Add(UserId.From((ulong)user), TestStores.Start - round, (ulong)(100 + round)).Set("n", user).Set("note", "kept");
        }

        batch.Add(Marked, TestStores.Start - round, MarkedId).Set("n", round).Set("note", MarkedText);
        store.Append(batch);
        store.Engine.RunPending();
    }

    private CheckpointErasureCertificate Erase(SimFileSystem files, params UserErasure[] users) =>
        SignalStore.EraseFromCheckpointAsync(files, Copy, users, _options, _time).GetAwaiter().GetResult();

    private static int Count(SignalStore store, UserId user)
    {
        using Sequence all = store.Read(user, store.Query("e").Columns().Build());
        return all.Count;
    }

    private static IEnumerable<KeyValuePair<string, string>> Listed(IEnumerable<CheckpointFile> files) =>
        files.Select(file => new KeyValuePair<string, string>(file.Name, $"{file.Bytes} {file.Sha256}"));

    private static Dictionary<string, string> Contents(SimFileSystem files, string folder) => files.ListFiles(folder)
        .Where(name => name != "LOCK").ToDictionary(name => name, name =>
        {
            using IFile file = files.Open(Path.Combine(folder, name), FileOpenMode.Read);
            byte[] bytes = new byte[file.Length];
            file.Read(0, bytes);
            return $"{bytes.Length} {Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(bytes))}";
        });

    private static List<string> Residue(SimFileSystem files) =>
        new ResidueSearch(files, Copy, Schema, Marked, MarkedId, Encoding.UTF8.GetBytes(MarkedText)).Find();

    private SignalStore Open(SimFileSystem files, string folder) => SignalStore.Open(files, folder, Schema, _options, _time);
}
