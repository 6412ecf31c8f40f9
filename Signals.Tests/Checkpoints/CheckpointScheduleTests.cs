using System.Diagnostics.Metrics;
using Signals.Checkpoints;
using Signals.Checkpoints.Formats;

namespace Signals.Tests.Checkpoints;

/// <summary>When a schedule uploads, how it backs off, and what it says of itself.</summary>
[Category("Fast")]
internal sealed class CheckpointScheduleTests
{
    private static readonly CheckpointScheduleOptions Schedule = new()
    {
        Interval = TimeSpan.FromMinutes(5),
        BackOff = TimeSpan.FromSeconds(8),
        MaxBackOff = TimeSpan.FromMinutes(1),
        MaxAge = TimeSpan.FromMinutes(20),
    };

    private TempFolder _folder = null!;
    private JumpingTime _time = null!;
    private MemoryTarget _memory = null!;
    private FaultyTarget _target = null!;
    private SignalStore _store = null!;
    private CheckpointOptions _options = null!;
    private List<TimeSpan> _waits = null!;

    [SetUp]
    public void SetUp()
    {
        _folder = new TempFolder();
        _time = new JumpingTime(CheckpointStores.Start);
        _memory = new MemoryTarget(_time);
        _target = new FaultyTarget(_memory);
        _store = CheckpointStores.Open(_folder["store"]);
        _options = new CheckpointOptions { PartBytes = 4096, TimeProvider = _time };
        _waits = [];
    }

    [TearDown]
    public void TearDown()
    {
        _store.Dispose();
        _folder.Dispose();
    }

    [Test]
    public async Task Run_NothingFails_UploadsAtOnceAndAtEachInterval()
    {
        using CheckpointSchedule schedule = New();
        await RunAsync(schedule, waits: 4, _ => CheckpointStores.Feed(_store, (_waits.Count + 1) * 10));
        Assert.That(_waits, Is.All.EqualTo(Schedule.Interval));
        Assert.That(await new CheckpointRestorer(_memory).ListAsync(), Has.Count.EqualTo(4));
        CheckpointHealth health = schedule.Health;
        Assert.That((health.IsLate, health.FailuresSinceSuccess, health.UploadError), Is.EqualTo((false, 0, (Exception?)null)));
        Assert.That(health.LastUpload!.Outcome, Is.EqualTo(UploadOutcome.Published));
    }

    [Test]
    public async Task Run_TargetIsDown_BacksOffSaysSoAndRecovers()
    {
        using CheckpointSchedule schedule = New();
        _target.FailFrom = 0;
        CheckpointHealth? down = null;
        await RunAsync(schedule, waits: 40, count =>
        {
            if (count == 39)
            {
                down = schedule.Health;
                _target.FailFrom = int.MaxValue;
            }
        });
        Assert.That(down!.IsLate);
        Assert.That(down.FailuresSinceSuccess, Is.EqualTo(39));
        Assert.That(down.UploadError, Is.InstanceOf<CheckpointTargetException>());
        Assert.That(_waits[0], Is.InRange(TimeSpan.FromSeconds(4), TimeSpan.FromSeconds(8)));
        Assert.That(_waits[1], Is.InRange(TimeSpan.FromSeconds(8), TimeSpan.FromSeconds(16)));
        Assert.That(_waits[5..39], Is.All.InRange(TimeSpan.FromSeconds(30), TimeSpan.FromMinutes(1)));
        Assert.That(_waits[39], Is.EqualTo(Schedule.Interval));
        Assert.That((schedule.Health.IsLate, schedule.Health.FailuresSinceSuccess), Is.EqualTo((false, 0)));
    }

    [Test]
    public async Task Run_LogGrows_UploadsBeforeTheInterval()
    {
        using CheckpointSchedule schedule = new(
            _store, _target, new CheckpointScheduleOptions { LogBytes = 1 << 20, CollectInterval = null }, _options);
        string note = new('x', 2000);
        long fed = 0;
        await RunAsync(schedule, waits: 8, count =>
        {
            for (int i = 0; count == 3 && i < 600; i++)
            {
                EventBatch batch = _store.CreateBatch("view");
                batch.Add(UserId.From("a"), CheckpointStores.Start, (ulong)++fed).Set("note", note);
                _store.AppendAsync(batch).AsTask().GetAwaiter().GetResult();
            }
        });
        Assert.That(_waits, Is.All.EqualTo(TimeSpan.FromSeconds(1)), "it looks at the log each second");
        Assert.That(await new CheckpointRestorer(_memory).ListAsync(), Has.Count.EqualTo(2));
    }

    [Test]
    public async Task Run_CollectionIsDue_DeletesGarbageAndAnErrorIsReported([Values] bool fails)
    {
        CheckpointScheduleOptions rare = new() { Interval = TimeSpan.FromHours(4), MaxAge = TimeSpan.FromDays(1) };
        using CheckpointSchedule schedule = new(_store, _target, rare, _options);
        await RunAsync(schedule, waits: 60, count =>
        {
            CheckpointStores.Feed(_store, Math.Min(count, 40) * 5);
            _target.OnCall = fails && count > 55 ? number => throw new CheckpointTargetException("x", "y", "z") : null;
        });
        int kept = (await new CheckpointRestorer(_memory).ListAsync()).Count;
        Assert.That(kept, Is.LessThan(40));
        Assert.That(schedule.Health.UploadError, fails ? Is.Not.Null : Is.Null);
    }

    [Test]
    public async Task Metrics_OfASchedule_AreEmitted()
    {
        Dictionary<string, double> seen = [];
        using MeterListener listener = new();
        listener.InstrumentPublished = (instrument, l) =>
        {
            if (instrument.Meter.Name == "Signals.Checkpoints" && instrument.Meter.Tags!.Any(tag => Equals(tag.Value, _memory.Description)))
            {
                l.EnableMeasurementEvents(instrument);
            }
        };
        listener.SetMeasurementEventCallback<double>((instrument, value, _, _) => Count(instrument, value));
        listener.SetMeasurementEventCallback<long>((instrument, value, _, _) => Count(instrument, value));
        listener.Start();
        using CheckpointSchedule schedule = new(_store, _target, Schedule, _options);
        await RunAsync(schedule, waits: 30, count => _target.FailFrom = count == 3 ? 0 : int.MaxValue);
        listener.RecordObservableInstruments();
        Assert.That(seen.Keys, Is.EquivalentTo(new[]
        {
            "signals.checkpoint.duration", "signals.checkpoint.sent", "signals.checkpoint.parts", "signals.checkpoint.files",
            "signals.checkpoint.failures", "signals.checkpoint.collected", "signals.checkpoint.age",
        }));
        long stored = _memory.Blobs.Where(blob => blob.Key[0] == 'p').Sum(blob => (long)blob.Value.Content.Length);
        Assert.That(seen["signals.checkpoint.sent"], Is.EqualTo(stored));
        Assert.That(seen["signals.checkpoint.failures"], Is.EqualTo(1));
        Assert.That(seen["signals.checkpoint.age"], Is.GreaterThan(0));
        string page = File.ReadAllText(Path.Combine(Architecture.SourceFile.RepositoryRoot(), "docs", "checkpoints.md"));
        Assert.That(seen.Keys.Where(name => !page.Contains($"`{name}`", StringComparison.Ordinal)), Is.Empty);

        void Count(Instrument instrument, double value)
        {
            lock (seen)
            {
                seen[instrument.Name] = seen.GetValueOrDefault(instrument.Name) + value;
            }
        }
    }

    /// <summary>The other owner's checkpoint is as old as it is, however often this store finds it.</summary>
    [Test]
    public async Task Run_OvertakenByAnOwnerThatStopped_IsLate()
    {
        await UploadOfAnotherAsync(source: CheckpointStores.Source);
        CheckpointStores.Feed(_store, 10);
        using CheckpointSchedule schedule = New();
        await RunAsync(schedule, waits: 3, _ => { });
        Assert.That((schedule.Health.IsLate, schedule.Health.UploadError), Is.EqualTo((false, (Exception?)null)));
        await RunAsync(schedule, waits: 5, _ => { });
        Assert.That(schedule.Health.LastUpload!.Outcome, Is.EqualTo(UploadOutcome.Overtaken));
        Assert.That(schedule.Health.IsLate);
    }

    [Test]
    public async Task Run_DivergedFromTheCheckpoint_IsAnError()
    {
        await UploadOfAnotherAsync(source: "another");
        CheckpointStores.Feed(_store, 10);
        using CheckpointSchedule schedule = New();
        await RunAsync(schedule, waits: 3, _ => { });
        Assert.That(schedule.Health.FailuresSinceSuccess, Is.EqualTo(3));
        Assert.That(
            schedule.Health.UploadError,
            Is.InstanceOf<InvalidOperationException>().With.Message.Contains("another 50").And.Message.Contains("neither"));
    }

    [Test]
    public async Task Run_StoreIsClosed_IsReportedAndTheScheduleGoesOn()
    {
        using CheckpointSchedule schedule = New();
        await RunAsync(schedule, waits: 4, count =>
        {
            if (count == 2)
            {
                _store.Dispose();
            }
        });
        Assert.That(schedule.Health.FailuresSinceSuccess, Is.EqualTo(2));
    }

    [Test]
    public async Task Run_ProcessThatLivesShortly_CollectsToo()
    {
        CheckpointStores.Feed(_store, 10);
        await new CheckpointUploader(_store, _memory, _options).UploadAsync();
        await _memory.PutIfAbsentAsync(BlobNames.Temporary(Guid.NewGuid()), new byte[20], default);
        _time.Pass(TimeSpan.FromDays(30));
        using CheckpointSchedule schedule = New();
        await RunAsync(schedule, waits: 1, _ => { });
        Assert.That(_memory.Blobs.Keys, Has.None.StartsWith(BlobNames.Temporaries));
    }

    [Test]
    public void Options_LongerThanATimer_AreRefused()
    {
        CheckpointScheduleOptions wrong = new()
        {
            Interval = TimeSpan.FromDays(50),
            PollInterval = TimeSpan.FromDays(50),
            MaxBackOff = TimeSpan.FromDays(50),
        };
        Assert.That(
            () => new CheckpointSchedule(_store, _target, wrong),
            Throws.ArgumentException.With.Message.Contains("Interval").And.Message.Contains("PollInterval")
                .And.Message.Contains("MaxBackOff"));
    }

    [Test]
    public void Options_OutOfRange_AreAllNamed()
    {
        CheckpointScheduleOptions wrong = new()
        {
            Interval = default,
            LogBytes = 1,
            PollInterval = default,
            BackOff = default,
            MaxBackOff = TimeSpan.MinValue,
            CollectInterval = default(TimeSpan),
            MaxAge = default,
        };
        Assert.That(
            () => new CheckpointSchedule(_store, _target, wrong),
            Throws.ArgumentException.With.Message.Contains("Interval").And.Message.Contains("LogBytes").And.Message.Contains("PollInterval")
                .And.Message.Contains("BackOff").And.Message.Contains("MaxBackOff").And.Message.Contains("CollectInterval")
                .And.Message.Contains("MaxAge"));
    }

    private async Task UploadOfAnotherAsync(string source)
    {
        using SignalStore other = CheckpointStores.Open(_folder["other"]);
        CheckpointStores.Feed(other, 50, source);
        await new CheckpointUploader(other, _memory, _options).UploadAsync();
    }

    private CheckpointSchedule New() => new(_store, _target, Schedule, _options);

    private async Task RunAsync(CheckpointSchedule schedule, int waits, Action<int> onWait)
    {
        using CancellationTokenSource stop = new();
        _time.OnWait = wait =>
        {
            _waits.Add(wait);
            onWait(_waits.Count);
            if (_waits.Count == waits)
            {
                stop.Cancel();
            }
        };
        await schedule.RunAsync(stop.Token);
    }
}
