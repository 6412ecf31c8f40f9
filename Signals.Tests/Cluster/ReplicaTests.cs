using Microsoft.Extensions.Logging.Abstractions;
using Signals.Checkpoints;
using Signals.Orleans;
using Signals.Orleans.Replicas;
using Signals.Orleans.Routing;
using Signals.Orleans.Wire;
using Signals.Serving;

namespace Signals.Tests.Cluster;

/// <summary>One machine's replica of one partition, without a cluster around it.</summary>
[Category("Reliability")]
internal sealed class ReplicaTests
{
    private static readonly TimeSpan Slow = TimeSpan.FromMilliseconds(300);

    private string _root = null!;
    private MemoryLog _log = null!;
    private SignalsClusterOptions _options = null!;
    private ReplicaContext _context = null!;
    private ReplicaHost _host = null!;
    private int _opened;

    [SetUp]
    public void Prepare()
    {
        _root = Directory.CreateTempSubdirectory("signals-replica-").FullName;
        _log = new MemoryLog(partitions: 1);
        _opened = 0;
        _options = new SignalsClusterOptions
        {
            Folder = _root,
            Schema = TestCluster.Schema,
            Partitions = 1,
            EndInterval = TimeSpan.FromMilliseconds(20),
        };
        _options.UseStore(_ => new StoreOptions { MemTableBytes = 1 << 20, RingBytes = 1 << 20, MaxBatchBytes = 1 << 18 });
        _options.OnStoreOpened(_ => Interlocked.Increment(ref _opened));
        _context = new ReplicaContext("here", _options, _log, TimeProvider.System, NullLogger.Instance);
        _host = new ReplicaHost(_context);
    }

    [TearDown]
    public async Task Clear()
    {
        await _host.DisposeAsync();
        _context.Dispose();
        Directory.Delete(_root, recursive: true);
    }

    [Test]
    public async Task Open_TheTopicWasMadeAnew_NeverClaimsALagAndWaitsLong()
    {
        await AppendAsync(5);
        await UntilAsync(_host.Hold(0), report => report is { State: ReplicaState.Following, Position: 5 });
        await _host.ReleaseAsync(0);
        _log.MakeAnew();
        await AppendAsync(5); // The new topic ends where the old one did.
        _log.FindDelay = Slow;
        int before = _opened;
        PartitionReplica replica = _host.Hold(0);
        long began = Environment.TickCount64;
        while (Environment.TickCount64 - began < 1200)
        {
            ReplicaReport report = replica.Report();
            Assert.That(report.Lag, Is.Null, report.ToString());
            Assert.That(report.State, Is.Not.EqualTo(ReplicaState.Following));
            await Task.Delay(5);
        }

        Assert.That(replica.Report().Error, Does.Contain("made anew"));
        Assert.That(_opened - before, Is.EqualTo(1), "it does not help to open the store again at once");
    }

    [Test]
    public async Task Follow_TheLogLosesItsEnd_TheLagIsNotKnownAnyMore()
    {
        await AppendAsync(5);
        PartitionReplica replica = _host.Hold(0);
        await UntilAsync(replica, report => report is { State: ReplicaState.Following, Lag: not null, Position: 5 });
        _log.MakeAnew();
        await UntilAsync(replica, report => report is { Lag: null, LagRecords: null, Position: 5 });
    }

    [Test]
    public void Open_InMemory_IsRefused()
    {
        _options.UseStore(_ => new StoreOptions { Durability = Durability.InMemory });
        Assert.That(
            async () => await new ReplicaFolder(0, _context).OpenAsync(CancellationToken.None),
            Throws.InvalidOperationException.With.Message.Contains("InMemory"));
    }

    [Test]
    public async Task Open_SharedStorageIsAway_OpensTheFolderThatHoldsAStore()
    {
        await AppendAsync(3);
        await UntilAsync(_host.Hold(0), report => report is { State: ReplicaState.Following, Position: 3 });
        await _host.ReleaseAsync(0);
        _options.UseCheckpoints(_ => throw new CheckpointTargetException("get", "shared/CURRENT", "it is away"));
        await UntilAsync(_host.Hold(0), report => report is { State: ReplicaState.Following, Position: 3 });
        await _host.ReleaseAsync(0);
        Directory.Delete(Path.Combine(_root, "partition-00000"), recursive: true);
        await UntilAsync(_host.Hold(0), report => report.State == ReplicaState.Failed && report.Error!.Contains("it is away"));
    }

    [Test]
    public async Task Open_ACheckpointIsDamaged_OpensTheFolderThatHoldsAStore()
    {
        await AppendAsync(3);
        await UntilAsync(_host.Hold(0), report => report is { State: ReplicaState.Following, Position: 3 });
        await _host.ReleaseAsync(0);
        foreach (Exception error in new Exception[]
        {
            new CorruptionException("shared/CURRENT", 7, "planted"), new FileOperationException("rename", "a folder", "planted"),
        })
        {
            _options.UseCheckpoints(_ => throw error);
            await UntilAsync(_host.Hold(0), report => report is { State: ReplicaState.Following, Position: 3 });
            await _host.ReleaseAsync(0);
        }

        Directory.Delete(Path.Combine(_root, "partition-00000"), recursive: true);
        await UntilAsync(_host.Hold(0), report => report.State == ReplicaState.Failed && report.Error!.Contains("planted"));
    }

    [Test]
    public async Task Serve_NotCaughtUp_AnUnknownDefinitionIsNoAnswer()
    {
        _log.IsDown = true;
        await UntilAsync(_host.Hold(0), report => report.State == ReplicaState.CatchingUp);
        using ReplicaReader reader = new(_host, _context);
        ReadReply early = await reader.ServeAsync(Request("later"), CancellationToken.None);
        Assert.That((early.Kind, early.Silo), Is.EqualTo((ReplyKind.NotReady, "here")), early.Message);
        _log.IsDown = false;
        await UntilAsync(_host.Hold(0), report => report.State == ReplicaState.Following);
        ReadReply known = await reader.ServeAsync(Request("later"), CancellationToken.None);
        Assert.That(known.Kind, Is.EqualTo(ReplyKind.UnknownDefinition));
    }

    [Test]
    public async Task Serve_WhatAnEarlierRunStored_IsNoAnswerAndRefusesNoRegistration()
    {
        using (SignalStore before = SignalStore.Open(Path.Combine(_root, "partition-00000"), TestCluster.Schema))
        {
            before.Definitions.Register(TestCluster.Feed with { Owner = "others", Description = "of an earlier deployment" });
            before.Definitions.Register(
                TestCluster.Feed with { Name = "stored" }, stages: new SequenceStages { Filter = new SlowFilter() });
        }

        _log.IsDown = true;
        _options.OnStoreOpened(store => store.Definitions.Register(TestCluster.Feed));
        await UntilAsync(_host.Hold(0), report => report.State == ReplicaState.CatchingUp);
        using ReplicaReader reader = new(_host, _context);
        ReadReply early = await reader.ServeAsync(Request("stored"), CancellationToken.None);
        Assert.That(early.Kind, Is.EqualTo(ReplyKind.NotReady), early.Message);
        _log.IsDown = false;
        await UntilAsync(_host.Hold(0), report => report.State == ReplicaState.Following);
        Assert.That((await reader.ServeAsync(Request("feed"), CancellationToken.None)).Kind, Is.EqualTo(ReplyKind.Served));
    }

    [Test]
    public async Task Serve_SlowCodeOfTheHost_DoesNotHoldUpItsCaller()
    {
        await AppendAsync(1);
        SlowFilter filter = new();
        _options.OnStoreOpened(store => store.Definitions.Register(TestCluster.Feed, stages: new SequenceStages { Filter = filter }));
        await UntilAsync(_host.Hold(0), report => report is { State: ReplicaState.Following, Position: 1 });
        using ReplicaReader reader = new(_host, _context);
        Task<ReadReply> reply = reader.ServeAsync(Request("feed"), CancellationToken.None);
        Assert.That(reply.IsCompleted, Is.False);
        Assert.That((await reply).Kind, Is.EqualTo(ReplyKind.Served));
        Assert.That(filter.Calls, Is.EqualTo(1));
    }

    [Test]
    public async Task Read_SlowCodeOfTheHost_TheLagCountsToTheReturn()
    {
        await AppendAsync(1);
        _options.OnStoreOpened(
            store => store.Definitions.Register(TestCluster.Feed, stages: new SequenceStages { Filter = new SlowFilter() }));
        _options.CompleteWithin = Slow / 2;
        _host.Own(0);
        await UntilAsync(_host.Hold(0), report => report is { State: ReplicaState.Following, Position: 1 });
        ClusterStore store = new(_host, _context, null!, null!, null!);
        using ClusterSequence sequence = await store.ReadAsync(UserId.From(1), "feed");
        TimeSpan least = Slow - TimeSpan.FromMilliseconds(5); // a wait may end a moment early
        Assert.That(sequence.Answer.Lag, Is.GreaterThanOrEqualTo(least));
        Assert.That(sequence.Answer.IsComplete, Is.False);
        ClusterTensors tensors = new ClusterTensors().Bind("n", new float[8].AsMemory(), rows: 8);
        await store.ReadTensorsAsync(new[] { UserId.From(1) }, "feed", tensors);
        Assert.That(tensors.Answers[0].Lag, Is.GreaterThanOrEqualTo(least));
        Assert.That(tensors.Answers[0].IsComplete, Is.False);
    }

    [Test]
    public async Task Fail_AReadFoundThatTheDiskFails_TheStoreIsOpenedAgain()
    {
        PartitionReplica replica = _host.Hold(0);
        await UntilAsync(replica, report => report.State == ReplicaState.Following);
        Assert.That(_opened, Is.EqualTo(1));
        replica.Current!.Fail(new ObjectDisposedException("SignalStore"));
        replica.Current!.Fail(new FileOperationException("read", "a table", "planted"));
        await UntilAsync(replica, _ => _opened == 2);
        await UntilAsync(replica, report => report is { State: ReplicaState.Following, Error: null });
    }

    [Test]
    public async Task Serve_AtAPositionThatIsNotThereYet_SaysHowLongItWaited()
    {
        await AppendAsync(1);
        _options.OnStoreOpened(store => store.Definitions.Register(TestCluster.Feed));
        await UntilAsync(_host.Hold(0), report => report is { State: ReplicaState.Following, Position: 1 });
        using ReplicaReader reader = new(_host, _context);
        long began = Environment.TickCount64;
        Task<ReadReply> waiting = reader.ServeAsync(
            Request("feed") with { AtLeast = 2, Wait = TimeSpan.FromSeconds(20) }, CancellationToken.None);
        await Task.Delay(100); // Not a wait for anything: the time that has to be in the reply.
        await AppendAsync(1);
        ReadReply reply = await waiting;
        Assert.That(reply.Held, Is.InRange(TimeSpan.FromMilliseconds(90), TimeSpan.FromMilliseconds(Environment.TickCount64 - began + 20)));
    }

    [Test]
    public void AgeOf_AReplyThatWasHeld_CountsFromTheEndOfTheWait()
    {
        static TimeSpan Ms(int ms) => TimeSpan.FromMilliseconds(ms);
        Assert.That(ReadRouter.AgeOf(Ms(500), Ms(400)), Is.EqualTo(Ms(100)));
        Assert.That(ReadRouter.AgeOf(Ms(500), TimeSpan.Zero), Is.EqualTo(Ms(500)), "a machine that does not say");
        Assert.That(ReadRouter.AgeOf(Ms(500), Ms(600)), Is.EqualTo(TimeSpan.Zero), "a clock that is fast");
        Assert.That(ReadRouter.AgeOf(Ms(500), Ms(-100)), Is.EqualTo(Ms(500)), "nonsense makes nothing younger or older");
    }

    [Test]
    public void NextPause_OfAReplicaThatFailsAgainAndAgain_GrowsUntilItLastsAMinute()
    {
        TimeSpan pause = TimeSpan.FromMilliseconds(100);
        for (int n = 0; n < 7; n++)
        {
            TimeSpan next = PartitionReplica.NextPause(pause, needsSomebody: false, caughtUpFor: TimeSpan.FromSeconds(59));
            Assert.That(next, Is.EqualTo(pause * 2 < TimeSpan.FromSeconds(5) ? pause * 2 : TimeSpan.FromSeconds(5)));
            Assert.That(PartitionReplica.NextPause(pause, needsSomebody: false, caughtUpFor: null), Is.EqualTo(next));
            pause = next;
        }

        Assert.That(
            PartitionReplica.NextPause(pause, needsSomebody: false, TimeSpan.FromMinutes(1)), Is.EqualTo(TimeSpan.FromMilliseconds(100)));
        Assert.That(
            PartitionReplica.NextPause(pause, needsSomebody: true, TimeSpan.FromHours(1)), Is.EqualTo(TimeSpan.FromSeconds(5)));
    }

    [Test]
    public void Reply_OfAFailedStore_LetsAnotherReplicaAnswer()
    {
        foreach (Exception error in new Exception[]
        {
            new CorruptionException("a table", 7, "planted"), new FileOperationException("read", "a table", "planted"),
            new StorePoisonedException(new IOException("planted")), new ObjectDisposedException("SignalStore"),
        })
        {
            Assert.That(ReadReply.Of(error, store: null).Kind, Is.EqualTo(ReplyKind.NotReady), error.ToString());
        }

        Assert.That(ReadReply.Of(new SignalsException("the answer is too large"), store: null).Kind, Is.EqualTo(ReplyKind.Failed));
    }

    private static ReadRequest Request(string definition) => new()
    {
        Partition = 0,
        Users = ReadRequest.Flatten([UserId.From(1)]),
        Definition = definition,
    };

    private async Task AppendAsync(int count)
    {
        for (int n = 1; n <= count; n++)
        {
            await _log.AppendAsync(0, [TestCluster.View(UserId.From(1), n)], CancellationToken.None);
        }
    }

    private static async Task UntilAsync(PartitionReplica replica, Func<ReplicaReport, bool> holds)
    {
        long began = Environment.TickCount64;
        while (!holds(replica.Report()))
        {
            Assert.That(Environment.TickCount64 - began, Is.LessThan(30_000), replica.Report().ToString());
            await Task.Delay(5);
        }
    }

    private sealed class SlowFilter : IFilterStage
    {
        private int _calls;

        public int Calls => _calls;

        public void Filter(RowSet rows)
        {
            Interlocked.Increment(ref _calls);
            using ManualResetEventSlim never = new();
            never.Wait(Slow);
        }
    }
}
