using Signals.Core.Columns;
using Signals.Core.Model;
using Signals.Storage.Engine.Views;
using Signals.Storage.FileSystem;
using Signals.Storage.Tables;
using Signals.Storage.Versions;
using Signals.Tests.Simulation;
using Signals.Tests.Storage.FileSystem;

namespace Signals.Tests.Storage.Engine.Views;

/// <summary>Closing waits for the edit under way, and none comes after it. Tables of an edit that fails are closed, each of them.</summary>
[Category("Fast")]
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
internal sealed class VersionCommitterTests : IDisposable
{
    private static readonly StoreSchema Schema =
        StoreSchema.Define(s => s.EventType("e", t => t.Field<int>("a").Window(TimeSpan.FromHours(1))));

    private static readonly TimeSpan Moment = TimeSpan.FromMilliseconds(200);

    private readonly SimFileSystem _disk = new(record: false);
    private readonly ScarceFileSystem _files;
    private readonly SignalStore _store;

    public VersionCommitterTests()
    {
        _files = new ScarceFileSystem(_disk);
        _store = TestStores.Open(
            _files, Schema, new ManualTime(TestStores.Start), TestStores.Tiny with { Retention = new VersionRetention() });
    }

    public void Dispose() => _store.Dispose();

    [Test]
    public void Commit_StoreIsClosed_IsRefusedAndChangesNoFile()
    {
        VersionCommitter committer = _store.Engine.Committer;
        Append(1);
        IReadOnlyList<TableMeta> runs = Save(Rows(1));
        _store.Dispose();
        (string Name, byte[] Bytes)[] before = Content();

        Assert.That(() => committer.Commit(new VersionEdit(), [], (view, _) => view), Throws.InstanceOf<ObjectDisposedException>());
        Assert.That(() => AttachedRuns.Attach(_store, runs), Throws.InstanceOf<ObjectDisposedException>());
        Assert.That(committer.KeepNow, Throws.InstanceOf<ObjectDisposedException>());
        Assert.That(() => committer.ReadBetweenEdits(manifest => manifest.State), Throws.InstanceOf<ObjectDisposedException>());
        Assert.That(Content(), Is.EqualTo(before));
        Assert.That(_store.FirstError, Is.Null, "a refusal is no failure of the store");
    }

    [Test]
    public async Task Dispose_WhileAnEditIsCommitted_WaitsForIt()
    {
        using ManualResetEventSlim isUnderWay = new();
        using ManualResetEventSlim mayGoOn = new();
        IReadOnlyList<TableMeta> runs = Save(Rows(1));
        VersionEdit edit = new();
        edit.AddedTables.AddRange(runs);
        Task committing = Task.Run(() => _store.Engine.Committer.Commit(edit, (view, version) =>
        {
            isUnderWay.Set();
            mayGoOn.Wait();
            return view.WithTables(version);
        }));
        isUnderWay.Wait();
        Task closing = Task.Run(_store.Dispose);
        SpinWait.SpinUntil(() => closing.IsCompleted, Moment);
        bool hasClosed = closing.IsCompleted;

        mayGoOn.Set();
        await committing;
        await closing;

        Assert.That(hasClosed, Is.False);
        Assert.That(_files.OpenNow, Is.Zero, "the tables that came last are closed, too");
        using SignalStore again = TestStores.Open(_files, Schema, new ManualTime(TestStores.Start));
        Assert.That(again.Engine.Tables.Tables.Select(table => table.Meta.Number), Is.EqualTo(runs.Select(run => run.Number)));
    }

    [Test]
    public void Commit_ViewCannotBeMade_ClosesTheAddedTables([Values] bool hasAnErrorAtClosing)
    {
        Append(1);
        IReadOnlyList<TableMeta> runs = Save(Rows(1), Rows(2), Rows(3));
        int before = _files.OpenNow;
        Table[] added = Open(runs);
        Assert.That(_files.OpenNow, Is.EqualTo(before + runs.Count));
        string first = StoreFiles.FileOf(runs[0]);
        _files.FailsToClose = path => hasAnErrorAtClosing && path.EndsWith(first, StringComparison.Ordinal);
        VersionEdit edit = new();
        edit.AddedTables.AddRange(runs);

        Assert.That(
            () => _store.Engine.Committer.Commit(edit, added, (_, _) => throw new InvalidOperationException("planted")),
            Throws.InvalidOperationException.With.Message.EqualTo("planted"));

        Assert.That(_files.OpenNow, Is.EqualTo(before));
        Assert.That(_store.FirstError, Is.InstanceOf<InvalidOperationException>(), "durable and visible differ");
        Assert.That(Count(), Is.EqualTo(1), "reads go on from the old view");
    }

    [Test]
    public void Commit_EditDoesNotFitTheVersion_ClosesTheAddedTables()
    {
        IReadOnlyList<TableMeta> runs = Save(Rows(1), Rows(2));
        int before = _files.OpenNow;
        Table[] added = Open(runs);
        VersionEdit edit = new();
        edit.AddedTables.AddRange([.. runs, runs[0] with { Number = _store.Engine.Numbers.Next() }]); // which is not open

        Assert.That(() => _store.Engine.Committer.Commit(edit, added, (view, _) => view), Throws.ArgumentException);

        Assert.That(_files.OpenNow, Is.EqualTo(before));
    }

    [Test]
    public void OpenInto_VersionCannotBeMade_LeavesNoTableOpen()
    {
        IReadOnlyList<TableMeta> runs = Save(Rows(1), Rows(2));
        int before = _files.OpenNow;
        ViewState view = _store.Engine.TestContents.View;
        TableMeta[] twice = [.. runs, runs[0]];

        Assert.That(() => NewSet().OpenInto(twice, view, _store.Engine.Watermarks), Throws.ArgumentException);

        Assert.That(_files.OpenNow, Is.EqualTo(before));
    }

    [Test]
    public void OpenAll_OneCannotBeOpenedAndAnotherClosed_LeavesNoTableOpen()
    {
        IReadOnlyList<TableMeta> runs = Save(Rows(1), Rows(2));
        int before = _files.OpenNow;
        string first = StoreFiles.FileOf(runs[0]);
        _files.FailsToClose = path => path.EndsWith(first, StringComparison.Ordinal);
        TableMeta[] withAnother = [.. runs, runs[1] with { EventType = 9 }];

        Assert.That(() => NewSet().OpenAll(withAnother), Throws.InstanceOf<CorruptionException>());

        Assert.That(_files.OpenNow, Is.EqualTo(before));
    }

    [Test]
    public void Dispose_OneTableFailsToClose_ClosesTheOthers()
    {
        AttachedRuns.Attach(_store, Save(Rows(1), Rows(2), Rows(3)));
        _files.FailsToClose = path => path.EndsWith(StoreFiles.FileOf(_store.Engine.Tables.Tables.First().Meta), StringComparison.Ordinal);

        Assert.That(_store.Dispose, Throws.InstanceOf<FileOperationException>());

        Assert.That(_files.OpenNow, Is.Zero);
    }

    private TableSet NewSet() => new(new StoreFolder(_files, TestStores.Folder), Schema, new BlockCache(1 << 20));

    private Table[] Open(IReadOnlyList<TableMeta> runs) => NewSet().OpenAll(runs);

    private (string Name, byte[] Bytes)[] Content() =>
        [.. _files.ListFiles(TestStores.Folder).Order().Select(name => (name, Bytes($"{TestStores.Folder}/{name}")))];

    private byte[] Bytes(string path)
    {
        using IFile file = _disk.Open(path, FileOpenMode.Read);
        byte[] bytes = new byte[file.Length];
        file.Read(0, bytes);
        return bytes;
    }

    /// <summary>A file for each run, so that each has a handle.</summary>
    private IReadOnlyList<TableMeta> Save(params RowBuffer[] runs) =>
    [
        .. runs.SelectMany(rows =>
        {
            using AttachedRuns saved = new(_files, _store, TestStores.Tiny.Tables);
            return saved.Add(Schema["e"], RunKind.Events, new() { [UserId.From(1)] = rows }).Save();
        }),
    ];

    private static RowBuffer Rows(int at)
    {
        RowBuffer rows = new([ColumnType.Scalar<int>()], Stamp.Create(1, 0), StampParts.None);
        rows.AppendKey(TestStores.Start - 60_000 - at, (ulong)at);
        rows.Columns[0].Append(at);
        rows.FillAbsent();
        return rows;
    }

    private void Append(int at)
    {
        EventBatch batch = _store.CreateBatch("e");
        batch.Add(UserId.From(1), TestStores.Start - at, (ulong)at).Set("a", at);
        _store.Append(batch);
        _store.Engine.RunPending();
    }

    private int Count()
    {
        using Sequence all = _store.Read(UserId.From(1), _store.Query("e").Build());
        return all.Count;
    }
}
