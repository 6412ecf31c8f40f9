using Apache.Arrow;
using Apache.Arrow.Ipc;
using Signals.Arrow;
using Signals.Serving;
using Signals.Tests.Storage.DefinitionServing;
using Signals.Tests.Storage.Engine;
using Signals.Training;

namespace Signals.Tests.Arrow;

/// <summary>Training sets as Arrow files: what they hold, and that nothing half written is ever taken for whole.</summary>
[Category("Fast")]
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
internal sealed class ArrowTrainingSinkTests : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("signals-").FullName;
    private readonly ManualTime _time = new(TestStores.Start + 3_600_000);
    private readonly SignalStore _store;
    private readonly List<LoggedRequest> _requests = [];

    public ArrowTrainingSinkTests()
    {
        _store = PastStores.Open(ImportStore.NewFiles(record: false), _time);
        for (int i = 0; i < 30; i++)
        {
            if (i == 20)
            {
                _store.Definitions.Register(PastStores.Definition(version: 2, size: 5));
            }

            PastStores.Append(_store, 1 + ((ulong)i % 3), i, i + 30);
            using ServedSequence served = _store.Read(
                UserId.From(1 + ((ulong)i % 3)), PastStores.Name, new ReadOptions { WithReceipt = true });
            _requests.Add(new LoggedRequest($"r{i}", served.Receipt));
        }
    }

    private string Folder => Path.Combine(_root, "set");

    public void Dispose()
    {
        _store.Dispose();
        Directory.Delete(_root, recursive: true);
    }

    [Test]
    public async Task Complete_TwoVersionsAndTwoThreads_GivesAFolderForEachWithEveryRow()
    {
        using ArrowTrainingSink sink = ArrowTrainingSink.Create(
            Folder, new ArrowTrainingOptions { Content = new SequenceBatchOptions { States = true }, BatchRows = 7 });
        TrainingLabel[] labels = [.. _requests.Where((_, i) => i % 2 == 0).Select(request => new TrainingLabel(request.RequestId, 1, 55))];
        TrainingReport report = await TrainingSet.FromReceiptsAsync(
            _store, _requests, labels, sink, new TrainingOptions { KeepUnlabelled = true, Parallelism = 2 });
        string[] folders = [.. Directory.GetDirectories(Folder).Select(Path.GetFileName)!];
        Assert.That(folders, Has.Length.EqualTo(2));
        Assert.That(folders, Has.One.StartsWith("feed.v1.").And.One.StartsWith("feed.v2."));
        Dictionary<string, string> found = [];
        long bytes = 0;
        foreach (string file in Directory.GetFiles(Folder, "*.arrow", SearchOption.AllDirectories))
        {
            bytes += new FileInfo(file).Length;
            Read(file, found);
        }

        Assert.That(found.Keys, Is.EquivalentTo(_requests.Select(request => request.RequestId)));
        Assert.That(report.Bytes, Is.EqualTo(bytes));
        string published = File.ReadAllText(Path.Combine(Folder, ArrowTrainingSink.ReportFile));
        Assert.That(published, Does.Contain("\"rows\": 30").And.Contain("\"joined\": 15"));
        Assert.That(Directory.GetFileSystemEntries(_root), Has.Length.EqualTo(1), "nothing is left beside it");
    }

    [Test]
    public async Task Dispose_BeforeComplete_LeavesNothing()
    {
        using (ArrowTrainingSink sink = ArrowTrainingSink.Create(Folder))
        {
            TrainingOptions failing = new() { KeepUnlabelled = true, OnRow = _ => throw new IOException("no more") };
            await Assert.ThrowsAsync<IOException>(() => TrainingSet.FromReceiptsAsync(_store, _requests, [], sink, failing));
        }

        Assert.That(Directory.GetFileSystemEntries(_root), Is.Empty);
    }

    [Test]
    public void Create_FolderInUse_IsRefusedAndNothingIsDeleted()
    {
        Directory.CreateDirectory(Folder);
        string mine = Path.Combine(Folder, "mine.txt");
        File.WriteAllText(mine, "kept");
        Assert.That(() => ArrowTrainingSink.Create(Folder), Throws.TypeOf<IOException>().With.Message.Contains("not empty"));
        Assert.That(File.ReadAllText(mine), Is.EqualTo("kept"));
        File.Delete(mine);
        using ArrowTrainingSink first = ArrowTrainingSink.Create(Folder);
        Assert.That(() => ArrowTrainingSink.Create(Folder), Throws.TypeOf<IOException>().With.Message.Contains(".part"));
    }

    [Test]
    public void Dispose_FolderIsAnothersNow_DeletesNothing()
    {
        ArrowTrainingSink sink = ArrowTrainingSink.Create(Folder);
        string work = Directory.GetDirectories(_root).Single();
        Directory.Delete(work, recursive: true);
        using ArrowTrainingSink other = ArrowTrainingSink.Create(Folder);
        sink.Dispose();
        Assert.That(Directory.Exists(work), Is.True, "it is the other's");
        other.Dispose();
        Assert.That(Directory.GetFileSystemEntries(_root), Is.Empty);
    }

    [Test]
    public async Task Complete_FolderIsAnothersNow_IsRefusedAndLeavesIt()
    {
        using ArrowTrainingSink sink = ArrowTrainingSink.Create(Folder);
        string work = Directory.GetDirectories(_root).Single();
        Directory.Delete(work, recursive: true);
        using ArrowTrainingSink other = ArrowTrainingSink.Create(Folder);
        IOException? refusal = await Assert.ThrowsAsync<IOException>(() => TrainingSet.FromReceiptsAsync(_store, [], [], sink));
        Assert.That(refusal!.Message, Does.Contain("another training set"));
        Assert.That(Directory.GetFileSystemEntries(work), Has.Length.EqualTo(1), "only the file that names its owner");
    }

    private void Read(string file, Dictionary<string, string> found)
    {
        using FileStream stream = File.OpenRead(file);
        using ArrowFileReader reader = new(stream);
        while (reader.ReadNextRecordBatch() is { } batch)
        {
            using (batch)
            {
                for (int row = 0; row < batch.Length; row++)
                {
                    string request = ((StringArray)batch.Column("request_id")).GetString(row);
                    int number = int.Parse(request.AsSpan(1), System.Globalization.CultureInfo.InvariantCulture);
                    Assert.That(((DoubleArray)batch.Column("label")).GetValue(row), Is.EqualTo(number % 2 == 0 ? 1.0 : null));
                    Assert.That(((TimestampArray)batch.Column("label_time")).GetValue(row), Is.EqualTo(number % 2 == 0 ? 55L : null));
                    using RebuiltSequence again = _store.Rebuild(_requests[number].Receipt);
                    ServedCheck.RequireEqual(batch, row, again.Sequence, request);
                    Assert.That(file, Does.Contain($"feed.v{again.Sequence.Definition.Version}."));
                    found.Add(request, file);
                }
            }
        }
    }
}
