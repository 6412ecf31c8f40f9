using Confluent.Kafka;
using Signals.Kafka;
using Signals.Testing;

namespace Signals.Tests.Kafka;

/// <summary>
/// A topic on a broker for tests, with a folder for stores. Skips the test when the native library cannot be loaded. Threads: one test.
/// </summary>
internal sealed class LogBench : IDisposable
{
    public const string Topic = "events";

    public static readonly StoreSchema Schema = StoreSchema.Define(s => s
        .EventType("view", t => t.Field<int>("n").Text("page").Enrichment<int>("gate").KeepLast(5000))
        .EventType("buy", t => t.Field<float>("price").KeepLast(1000))
        .AddLogDefinitions());

    private static readonly DateTimeOffset Start = TimeProvider.System.GetUtcNow();

    public LogBench(int partitions = 1)
    {
        if (!TestBroker.IsAvailable(out string reason))
        {
            Assert.Ignore($"skipped: {reason}");
        }

        Folder = Directory.CreateTempSubdirectory("signals-kafka-").FullName;
        Broker = TestBroker.Start();
        Broker.CreateTopic(Topic, partitions);
        Log = KafkaSignals.Open(new KafkaSignalsOptions
        {
            BootstrapServers = Broker.BootstrapServers,
            Topic = Topic,
            Partitions = partitions,
        });
    }

    public string Folder { get; }

    public TestBroker Broker { get; }

    public KafkaSignals Log { get; }

    public KafkaPartitionOptions Options => OptionsFor(Broker.BootstrapServers);

    /// <summary>A time for events: <paramref name="second"/> seconds before now.</summary>
    public static long TimeMs(int second) => Start.ToUnixTimeMilliseconds() - (1000L * second);

    public static SingleEvent View(ulong user, int n, int secondsAgo = 100, string? page = null)
    {
        SingleEvent single = new();
        single.Begin(Schema["view"]);
        (single.User, single.TimeMs, single.Id) = (UserId.From(user), TimeMs(secondsAgo), (ulong)n);
        single.Set(0, n);
        if (page is not null)
        {
            single.SetBytes(1, System.Text.Encoding.UTF8.GetBytes(page));
        }

        return single;
    }

    public static KafkaPartitionOptions OptionsFor(string bootstrapServers) => new()
    {
        BootstrapServers = bootstrapServers,
        Incarnation = SourceIncarnation.From("the first topic"),
        RetryDelay = TimeSpan.FromMilliseconds(20),
    };

    public static SignalStore OpenAt(string path, StoreOptions? options = null) => SignalStore.Open(
        path, Schema, options ?? new StoreOptions { MemTableBytes = 4 << 20, LogBytes = 4 << 20, BlockCacheBytes = 4 << 20 });

    public string PathOf(string name) => Path.Combine(Folder, name);

    public SignalStore OpenStore(string name = "store", StoreOptions? options = null) => OpenAt(PathOf(name), options);

    /// <summary>Runs a partition until the answer is disposed.</summary>
    public static RunningPartition Run(SignalStore store, KafkaPartitionOptions options, int partition = 0) =>
        new(new KafkaPartition(store, Topic, partition, options));

    /// <summary>Lets a store catch up with a partition and stops the run.</summary>
    public static async Task CatchUpAsync(SignalStore store, KafkaPartitionOptions options, int partition = 0)
    {
        await using RunningPartition running = Run(store, options, partition);
        await running.CatchUpAsync();
    }

    public static ulong[] Ids(SignalStore store, ulong user, string type = "view")
    {
        using Sequence seen = store.Read(UserId.From(user), store.Query(type).Last(1000).OldestFirst().Columns().Build());
        ulong[] ids = seen.Ids.ToArray();
        Array.Sort(ids);
        return ids;
    }

    /// <summary>Produces a record as any client would.</summary>
    public long Produce(byte[]? value, string? kind = null, DateTimeOffset? time = null) =>
        ProduceAt(time?.ToUnixTimeMilliseconds(), value, kind);

    /// <summary>The same, at a time that may be none.</summary>
    public long ProduceAt(long? timestampMs, byte[]? value, string? kind)
    {
        using IProducer<byte[], byte[]> producer = new ProducerBuilder<byte[], byte[]>(
            new ProducerConfig { BootstrapServers = Broker.BootstrapServers, Acks = Acks.All, LingerMs = 0 }).Build();
        Message<byte[], byte[]> message = new() { Value = value! };
        if (kind is not null)
        {
            message.Headers = [new Header("signals-kind", System.Text.Encoding.UTF8.GetBytes(kind))];
        }

        if (timestampMs is { } at)
        {
            message.Timestamp = new Timestamp(at, TimestampType.CreateTime);
        }

        return producer.ProduceAsync(new TopicPartition(Topic, 0), message).GetAwaiter().GetResult().Offset.Value;
    }

    public void Dispose()
    {
        Log.Dispose();
        Broker.Dispose();
        Directory.Delete(Folder, recursive: true);
    }
}
