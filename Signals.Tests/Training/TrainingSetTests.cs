using Signals.Serving;
using Signals.Tests.Simulation;
using Signals.Tests.Storage.DefinitionServing;
using Signals.Tests.Storage.Engine;
using Signals.Training;

namespace Signals.Tests.Training;

/// <summary>Training sets from receipts: what was served, joined with its labels, and everything that is missing counted.</summary>
[Category("Fast")]
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
internal sealed class TrainingSetTests : IDisposable
{
    private const int Requests = 60;

    private readonly SimFileSystem _files = ImportStore.NewFiles(record: false);
    private readonly ManualTime _time = new(TestStores.Start + 3_600_000);
    private readonly KeepingSink _sink = new();
    private readonly List<LoggedRequest> _requests = [];
    private readonly Dictionary<string, KeptRow> _served = [];

    public void Dispose() => _sink.Dispose();

    [TestCase(1)]
    [TestCase(3)]
    [TestCase(100)]
    public async Task FromReceipts_AfterLateEventsAndMerges_GivesWhatWasServedWithItsLabels(int threads)
    {
        using SignalStore store = PastStores.Open(_files, _time);
        await ServeAsync(store);
        TrainingLabel[] labels = [.. Enumerable.Range(0, Requests).Select(i => new TrainingLabel($"r{i}", i % 3, _time.NowMs + i))];
        TrainingReport report = await TrainingSet.FromReceiptsAsync(
            store, _requests, labels, _sink, new TrainingOptions { Parallelism = threads });
        Assert.That(report, Is.SameAs(_sink.Report));
        Assert.That((report.Rows, report.Joined, report.Requests), Is.EqualTo(((long)Requests, (long)Requests, (long)Requests)));
        Assert.That(report.Missing, Is.Empty);
        Assert.That(_sink.Parts, Is.EqualTo(Math.Min(threads, Requests)));
        Assert.That(_sink.Open, Is.Zero);
        for (int i = 0; i < Requests; i++)
        {
            KeptRow row = _sink[$"r{i}"];
            RequireServed(row);
            Assert.That((row.Label, row.LabelMs), Is.EqualTo(((double?)(i % 3), (long?)(_time.NowMs + i))));
        }

        Assert.That(report.Events, Is.EqualTo(_served.Values.Sum(row => row.Minutes.Length)));
        Assert.That(report.ShareComplete, Is.EqualTo(1));
    }

    [Test]
    public async Task FromReceipts_LabelWithoutATime_GivesNoTime()
    {
        using SignalStore store = PastStores.Open(_files, _time);
        await ServeAsync(store);
        await TrainingSet.FromReceiptsAsync(store, _requests, [new("r1", 1), new("r2", 1, 0)], _sink);
        Assert.That((_sink["r1"].LabelMs, _sink["r2"].LabelMs), Is.EqualTo(((long?)null, (long?)0)));
    }

    [Test]
    public async Task FromReceipts_SeveralLabelsOrNone_GivesARowForEachAndCountsTheRest()
    {
        using SignalStore store = PastStores.Open(_files, _time);
        await ServeAsync(store);
        TrainingLabel[] labels = [new("r1", 1, 5), new("r2", 0, 6), new("r1", 2, 7), new("r1", 3, 8), new("nobody", 1, 9)];
        TrainingReport report = await TrainingSet.FromReceiptsAsync(store, _requests, labels, _sink);
        Assert.That(_sink.Rows.Select(row => (row.RequestId, row.Label)), Is.EquivalentTo(
            new (string, double?)[] { ("r1", 1), ("r1", 2), ("r1", 3), ("r2", 0) }));
        Assert.That((report.Rows, report.Unlabelled, report.LabelsWithoutRequest), Is.EqualTo((4L, Requests - 2L, 1L)));
        Assert.That(report.Missing, Is.Empty, "what gives no row is not rebuilt");

        using KeepingSink all = new();
        report = await TrainingSet.FromReceiptsAsync(store, _requests, labels, all, new TrainingOptions { KeepUnlabelled = true });
        Assert.That(all.Rows, Has.Count.EqualTo(Requests + 2));
        Assert.That(report.Joined, Is.EqualTo(4));
        Assert.That(all["r5"].Label, Is.Null);
    }

    [Test]
    public async Task FromReceipts_ExpiredErasedAndUnknown_AreCountedAndGiveNoRow()
    {
        using SignalStore store = PastStores.Open(_files, _time);
        await ServeAsync(store);
        ValueTask<AppendAck> erased = store.EraseAsync(UserId.From(2UL));
        store.Engine.RunPending();
        await erased;
        _requests[0] = _requests[0] with { Receipt = _requests[0].Receipt with { Version = 1 } };
        _requests[4] = _requests[4] with { Receipt = _requests[4].Receipt with { Definition = 77 } };
        TrainingReport report = await TrainingSet.FromReceiptsAsync(
            store, _requests, [], _sink, new TrainingOptions { KeepUnlabelled = true, Parallelism = 2 });
        int ofErased = _served.Values.Count(row => row.User == UserId.From(2UL));
        Assert.That(report.Missing[RebuildStatus.Expired], Is.EqualTo(1));
        Assert.That(report.Missing[RebuildStatus.UnknownDefinition], Is.EqualTo(1));
        Assert.That(report.Missing[RebuildStatus.ErasedUser], Is.EqualTo(ofErased));
        Assert.That(report.Rows, Is.EqualTo(Requests - 2 - ofErased));
        Assert.That(_sink.Rows.Select(row => row.User), Has.None.EqualTo(UserId.From(2UL)));
    }

    [Test]
    [Repeat(150)]
    public async Task FromReceipts_SinkFails_ThrowsItsErrorEndsAllPartsAndCompletesNothing()
    {
        using SignalStore store = PastStores.Open(_files, _time);
        await ServeAsync(store);
        using KeepingSink full = new() { FailAt = 3 };
        TrainingOptions options = new() { KeepUnlabelled = true, Parallelism = 4 };
        await Assert.ThrowsAsync<IOException>(() => TrainingSet.FromReceiptsAsync(store, _requests, [], full, options));
        Assert.That((full.Open, full.Report), Is.EqualTo((0, (TrainingReport?)null)));

        using CancellationTokenSource stop = new();
        TrainingOptions stopping = options with { OnRow = _ => stop.Cancel() };
        await Assert.CatchAsync<OperationCanceledException>(
            () => TrainingSet.FromReceiptsAsync(store, _requests, [], _sink, stopping, stop.Token));
        Assert.That((_sink.Open, _sink.Report), Is.EqualTo((0, (TrainingReport?)null)));
    }

    [Test]
    public async Task FromReceipts_WithProgress_EndsAtTheTotal()
    {
        using SignalStore store = PastStores.Open(_files, _time);
        await ServeAsync(store);
        LastProgress last = new();
        await TrainingSet.FromReceiptsAsync(
            store, _requests, [new("r1", 1, 5)], _sink, new TrainingOptions { Progress = last, Parallelism = 1 });
        Assert.That((last.Value.Done, last.Value.Total, last.Value.Rows), Is.EqualTo(((long)Requests, (long)Requests, 0L)).Or.EqualTo(
            ((long)Requests, (long)Requests, 1L)));
    }

    private void RequireServed(KeptRow row)
    {
        KeptRow served = _served[row.RequestId];
        Assert.That((row.User, row.AsOfMs, row.Status), Is.EqualTo((served.User, served.AsOfMs, served.Status)), row.RequestId);
        Assert.That(row.Minutes, Is.EqualTo(served.Minutes), row.RequestId);
        Assert.That(row.Dwell, Is.EqualTo(served.Dwell), row.RequestId);
        Assert.That(row.Notes, Is.EqualTo(served.Notes), row.RequestId);
    }

    /// <summary>Serves requests between late events, flushes and merges.</summary>
    private async Task ServeAsync(SignalStore store)
    {
        SimRandom random = new(7);
        for (int i = 0; i < Requests; i++)
        {
            ulong user = 1 + (ulong)random.Below(4);
            PastStores.Append(store, user, random.Below(50), random.Below(50));
            using (ServedSequence served = store.Read(UserId.From(user), PastStores.Name, new ReadOptions { WithReceipt = true }))
            {
                _requests.Add(new LoggedRequest($"r{i}", served.Receipt));
                _served.Add($"r{i}", KeptRow.Of(new TrainingRow($"r{i}", null, null, served)));
            }

            _time.NowMs += 1000 * random.Below(4);
            store.Engine.RunPending();
            if (i % 7 == 6)
            {
                await store.FlushAsync();
            }

            if (i % 25 == 24)
            {
                await store.CompactAsync();
            }
        }

        await store.CompactAsync();
    }

    private sealed class LastProgress : IProgress<TrainingProgress>
    {
        public TrainingProgress Value { get; private set; }

        public void Report(TrainingProgress value) => Value = value;
    }
}
