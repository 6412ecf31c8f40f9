using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Orleans.TestingHost;
using Signals.Definitions;
using Signals.Kafka;
using Signals.Orleans;
using Signals.Testing;

namespace Signals.Tests.Cluster;

/// <summary>The whole way: append to a broker, follow it on several machines, read.</summary>
[Category("Reliability")]
[NonParallelizable]
internal sealed class KafkaClusterTests
{
    private const int Partitions = 4;
    private const string Topic = "events";

    private static readonly StoreSchema Schema = StoreSchema.Define(
        s => s.EventType("view", t => t.Field<int>("n").KeepLast(100)).AddLogDefinitions());

    private TestBroker _broker = null!;
    private string _root = null!;
    private InProcessTestCluster _cluster = null!;

    [SetUp]
    public async Task Start()
    {
        if (!TestBroker.IsAvailable(out string reason))
        {
            Assert.Ignore($"The test broker cannot run here: {reason}");
        }

        _broker = TestBroker.Start();
        _broker.CreateTopic(Topic, Partitions);
        _root = Directory.CreateTempSubdirectory("signals-kafka-cluster-").FullName;
        InProcessTestClusterBuilder builder = new(2);
        builder.Options.InitializeClientOnDeploy = false;
        builder.Options.ConfigureFileLogging = false;
        builder.ConfigureSilo((silo, host) =>
        {
            host.AddSignalsCluster(options =>
            {
                options.Folder = Path.Combine(_root, silo.SiloName);
                options.Schema = Schema;
                options.Partitions = Partitions;
                options.EndInterval = TimeSpan.FromMilliseconds(50);
                options.UseStore(_ => new StoreOptions { MemTableBytes = 1 << 20, RingBytes = 1 << 20, MaxBatchBytes = 1 << 18 });
                options.UseKafka(Topic, new KafkaPartitionOptions
                {
                    BootstrapServers = _broker.BootstrapServers,
                    Incarnation = SourceIncarnation.From("the test's topic"),
                    MaxBatchEvents = 500,
                });
            });
            host.Services.AddLogging(logging => logging.SetMinimumLevel(LogLevel.Warning));
        });
        _cluster = builder.Build();
        await _cluster.DeployAsync();
    }

    [TearDown]
    public async Task Stop()
    {
        await _cluster.DisposeAsync();
        _broker.Dispose();
        Directory.Delete(_root, recursive: true);
    }

    [Test]
    public async Task Append_ManyEvents_AreReadOnBothMachinesAndErasedOnBoth()
    {
        IClusterStore first = StoreOn(0);
        IClusterStore second = StoreOn(1);
        SingleEvent[] events = [.. Enumerable.Range(1, 500).Select(n => View((ulong)((n % 50) + 1), n))];
        IReadOnlyList<LogPosition> positions = await first.AppendAsync(events);
        Dictionary<int, LogPosition> behind = positions.ToDictionary(position => position.Partition);
        ClusterQuery query = new() { EventTypes = ["view"] };
        for (ulong n = 1; n <= 50; n++)
        {
            UserId user = UserId.From(n);
            ClusterReadOptions all = new() { AtLeast = behind[first.PartitionOf(user)] };
            using ClusterSequence one = await first.ReadAsync(user, query, all);
            using ClusterSequence other = await second.ReadAsync(user, query, all);
            Assert.That(one.Count, Is.EqualTo(10));
            Assert.That(other.Field<int>("n").ToArray(), Is.EqualTo(one.Field<int>("n").ToArray()));
        }

        ClusterReadOptions erased = new() { AtLeast = await second.EraseAsync(UserId.From(7)) };
        foreach (IClusterStore store in new[] { first, second })
        {
            using ClusterSequence none = await store.ReadAsync(UserId.From(7), query, erased);
            Assert.That(none.Count, Is.Zero);
            Assert.That(none.Status, Is.EqualTo(Signals.Serving.ServingStatus.UnknownUser));
        }
    }

    [Test]
    public async Task Define_OnOneMachine_IsServedOnAll()
    {
        SequenceDefinition definition =
            SequenceDefinition.Create("recent").OwnedBy("tests").From("view", from => from.Last(3)).Size(3).Columns("n").Build();
        UserId user = UserId.From(5);
        IReadOnlyList<LogPosition> defined = await StoreOn(0).DefineAsync(definition);
        LogPosition position = default;
        for (int n = 1; n <= 5; n++)
        {
            position = await StoreOn(0).AppendAsync(View(5, n));
        }

        Assert.That(defined, Has.Count.EqualTo(Partitions));
        foreach (IClusterStore store in new[] { StoreOn(0), StoreOn(1) })
        {
            using ClusterSequence sequence = await store.ReadAsync(user, "recent", new ClusterReadOptions { AtLeast = position });
            Assert.That(sequence.Field<int>("n").ToArray(), Is.EqualTo(new[] { 5, 4, 3 }));
        }
    }

    [Test]
    public async Task Broker_IsDown_AnswersGoOnAndSayThatTheyGetLater()
    {
        IClusterStore store = StoreOn(0);
        LogPosition position = await store.AppendAsync(View(9, 1));
        ClusterQuery query = new() { EventTypes = ["view"] };
        (await store.ReadAsync(UserId.From(9), query, new ClusterReadOptions { AtLeast = position })).Dispose();
        _broker.TakeDown();
        long began = Environment.TickCount64;
        while (true)
        {
            using ClusterSequence sequence = await store.ReadAsync(UserId.From(9), query);
            Assert.That(sequence.Count, Is.EqualTo(1));
            if (!sequence.Answer.IsComplete && sequence.Answer.Lag > TimeSpan.FromSeconds(1.5))
            {
                break;
            }

            Assert.That(Environment.TickCount64 - began, Is.LessThan(10_000), sequence.Answer.ToString());
            await Task.Delay(20);
        }

        _broker.BringUp();
        while (true)
        {
            using ClusterSequence sequence = await store.ReadAsync(UserId.From(9), query);
            if (sequence.Answer.IsComplete)
            {
                break;
            }

            Assert.That(Environment.TickCount64 - began, Is.LessThan(30_000), sequence.Answer.ToString());
            await Task.Delay(20);
        }
    }

    private IClusterStore StoreOn(int silo) => _cluster.Silos[silo].ServiceProvider.GetRequiredService<IClusterStore>();

    private static SingleEvent View(ulong user, int n)
    {
        SingleEvent single = new() { User = UserId.From(user), TimeMs = 1_700_000_000_000 + n, Id = (ulong)n };
        single.Begin(Schema["view"]);
        single.Set(0, n);
        return single;
    }
}
