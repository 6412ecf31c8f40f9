using Signals.Core.Columns;
using Signals.Core.Model;
using Signals.Storage.Compaction;
using Signals.Storage.Engine.Context;
using Signals.Storage.FileSystem;
using Signals.Storage.Tables;
using Signals.Storage.Versions;
using Signals.Tests.Simulation;

namespace Signals.Tests.Storage.Engine.Compacting;

/// <summary>
/// Patches of several windows are folded together because they share a run. Those that can be read do not wait for those that cannot.
/// </summary>
[Category("Fast")]
internal sealed class SharedFoldTests
{
    private const int Windows = 3;
    private const int RowsOfAWindow = 10;

    private static readonly UserId TheUser = UserId.From(1);
    private static readonly StoreSchema Schema =
        StoreSchema.Define(s => s.EventType("e", t => t.Field<int>("a").Window(TimeSpan.FromHours(1))));

    private static readonly EngineOptions Options = TestStores.Tiny with
    {
        MemTableBytes = 256 << 10,
        BlockCacheBytes = 0,
        Compaction = new CompactionOptions { MinRuns = 2, MaxRuns = 4, WindowBytes = 1 << 30 },
    };

    private SimFileSystem _files = null!;
    private SignalStore _store = null!;

    [SetUp]
    public void OpenStore()
    {
        _files = new SimFileSystem(record: false);
        _store = TestStores.Open(_files, Schema, new ManualTime(TestStores.Start), Options);
        EventBatch batch = _store.CreateBatch("e");
        foreach (int at in Enumerable.Range(0, Windows * RowsOfAWindow))
        {
            batch.Add(TheUser, Time(at), (ulong)at).Set("a", at);
        }

        _store.Append(batch);
        _store.FlushAsync().GetAwaiter().GetResult();
    }

    [TearDown]
    public void CloseStore() => _store.Dispose();

    [Test]
    public void Fold_PatchesOfOneWindowAreDamaged_FoldsTheOthers([Values(0, 1, 2)] int damaged)
    {
        string[] names = [.. Enumerable.Range(0, Windows).Select(Correct)];
        Damage(names[damaged]);

        Turn();

        Assert.That(_store.FirstError, Is.Null);
        Assert.That(Patches(), Is.EqualTo((string[])[names[damaged]]), "only what is damaged waits");
        Assert.That(_store.GetStats().TablesSetAside, Is.EqualTo(1));
    }

    [Test]
    public void Fold_NothingIsDamaged_FoldsAllTogether()
    {
        _ = Enumerable.Range(0, Windows).Select(Correct).ToArray();

        Turn();

        Assert.That((Patches(), _store.GetStats().Folds), Is.EqualTo((Array.Empty<string>(), 1)));
    }

    private static long Time(int at) =>
        TestStores.Start - (Windows * 3_600_000L) + (at / RowsOfAWindow * 3_600_000L) + (at % RowsOfAWindow * 1000);

    /// <summary>Attaches a correction of each event of a window, and gives the name of its file.</summary>
    private string Correct(int window)
    {
        RowBuffer rows = new([ColumnType.Scalar<int>()], Stamp.Create(1, 0), StampParts.None);
        for (int at = ((window + 1) * RowsOfAWindow) - 1; at >= window * RowsOfAWindow; at--)
        {
            rows.AppendKey(Time(at), (ulong)at);
            rows.Columns[0].Append(-at);
        }

        rows.FillAbsent();
        using AttachedRuns runs = new(_files, _store, Options.Tables);
        runs.Add(Schema["e"], RunKind.Patches, new() { [TheUser] = rows }).Attach();
        return runs.Name;
    }

    private void Damage(string name)
    {
        using IFile file = _files.Open($"{TestStores.Folder}/{name}", FileOpenMode.ReadWrite);
        TableMeta meta = _store.Engine.Tables.Tables.Single(table => StoreFiles.FileOf(table.Meta) == name).Meta;
        byte[] damage = new byte[40];
        damage.AsSpan().Fill(0xEE);
        file.Write(meta.SegmentOffset + TableFormat.HeaderLength, damage);
    }

    private void Turn()
    {
        for (int turn = 0; turn < 10; turn++)
        {
            _store.Engine.RunPending();
        }
    }

    private string[] Patches() =>
        [.. _store.Engine.Tables.Tables.Where(table => table.Meta.Kind == RunKind.Patches).Select(table => StoreFiles.FileOf(table.Meta))];
}
