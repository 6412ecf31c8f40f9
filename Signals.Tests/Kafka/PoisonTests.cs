using System.Text;
using Confluent.Kafka;
using Signals.Kafka;
using Signals.Kafka.Poison;
using Signals.Testing;

namespace Signals.Tests.Kafka;

/// <summary>Records that cannot be applied: counted, dealt with as the policy says, and never in the way of others otherwise.</summary>
[Category("Kafka")]
internal sealed class PoisonTests
{
    [Test]
    public async Task Stop_TheDefault_StopsBehindTheRecordsBeforeIt()
    {
        using LogBench bench = new();
        await bench.Log.AppendAsync(LogBench.View(1, 1));
        bench.Produce([1, 2, 3]);
        await bench.Log.AppendAsync(LogBench.View(1, 2));
        await using SignalStore store = bench.OpenStore();
        for (int time = 0; time < 2; time++)
        {
            await using RunningPartition running = LogBench.Run(store, bench.Options);
            PoisonRecordException stopped = (PoisonRecordException)await running.FailureAsync();
            Assert.That(
                (stopped.Topic, stopped.Partition, stopped.Offset, stopped.Reason),
                Is.EqualTo(("events", 0, 1L, "the record ends inside a frame")));
            Assert.That(running.Partition.State, Is.EqualTo(KafkaPartitionState.Failed));
            Assert.That(running.Partition.LastError, Is.SameAs(stopped));
            Assert.That(store.GetResumePosition("kafka:events/0"), Is.EqualTo(1));
            Assert.That(LogBench.Ids(store, 1), Is.EqualTo(new ulong[] { 1 }));
        }
    }

    [Test]
    public async Task ToFolder_TheFileIsDamaged_IsSetAsideAndThePartitionGoesOn()
    {
        using LogBench bench = new();
        KafkaPartitionOptions options = bench.Options with { Poison = PoisonPolicy.ToFolder(bench.PathOf("poison")) };
        string file = bench.PathOf("poison/events-0.poison");
        await using SignalStore store = bench.OpenStore();
        for (int round = 1; round <= 2; round++)
        {
            byte[] damaged = await DamageAsync(bench, store, options);
            long next = bench.Produce([7, 8, 9]);
            await using RunningPartition running = LogBench.Run(store, options);
            await running.CatchUpAsync();
            Assert.That(await File.ReadAllBytesAsync($"{file}.damaged-{round}"), Is.EqualTo(damaged));
            Assert.That(PoisonFile.Read(file).Select(record => record.Offset), Is.EqualTo(new[] { next }));
            Assert.That(running.Partition.LastError!.Message, Does.Contain($"{file}.damaged-{round}").And.Contains("poison"));
            Assert.That(running.Run.IsCompleted, Is.False);
        }
    }

    [Test]
    public async Task ToFolder_TheFileIsDamagedAgainAndAgain_StopsUntilSomebodyMovesWhatIsSetAside()
    {
        using LogBench bench = new();
        KafkaPartitionOptions options = bench.Options with { Poison = PoisonPolicy.ToFolder(bench.PathOf("poison")) };
        string file = bench.PathOf("poison/events-0.poison");
        await using SignalStore store = bench.OpenStore();
        byte[] last = [];
        for (int round = 1; round <= FilePolicy.MostAside + 1; round++)
        {
            last = await DamageAsync(bench, store, options);
        }

        bench.Produce([7, 8, 9]);
        await using (RunningPartition refused = LogBench.Run(store, options))
        {
            Exception stopped = await refused.FailureAsync();
            Assert.That(stopped, Is.TypeOf<PoisonNotKeptException>());
            Assert.That(stopped.Message, Does.Contain(file).And.Contains("4 such files are set aside").And.Contains("move them away"));
            Assert.That(stopped.InnerException, Is.Not.InstanceOf<CorruptionException>(), "the store is not damaged");
            Assert.That(await File.ReadAllBytesAsync(file), Is.EqualTo(last));
        }

        File.Delete($"{file}.damaged-2");
        await LogBench.CatchUpAsync(store, options);
        Assert.That(await File.ReadAllBytesAsync($"{file}.damaged-2"), Is.EqualTo(last));
    }

    [Test]
    public async Task ToFolder_AnotherFileHasTheName_IsRefusedAndLeftAlone()
    {
        using LogBench bench = new();
        string file = bench.PathOf("poison/events-0.poison");
        Directory.CreateDirectory(bench.PathOf("poison"));
        await File.WriteAllTextAsync(file, "somebody else's");
        bench.Produce([1, 2, 3]);
        await using SignalStore store = bench.OpenStore();
        await using RunningPartition running =
            LogBench.Run(store, bench.Options with { Poison = PoisonPolicy.ToFolder(bench.PathOf("poison")) });
        Exception stopped = await running.FailureAsync();
        Assert.That(stopped, Is.TypeOf<PoisonNotKeptException>());
        Assert.That(stopped.Message, Does.Contain(file).And.Contains("not a file of poison records").And.Contains("move it away"));
        Assert.That(stopped.InnerException, Is.Not.InstanceOf<CorruptionException>(), "the store is not damaged");
        Assert.That(await File.ReadAllTextAsync(file), Is.EqualTo("somebody else's"));
    }

    [Test]
    public async Task ToFolder_BadRecordsAmongGoodOnes_AreKeptOnceAndGoodOnesStored()
    {
        using LogBench bench = new();
        byte[] halfGood = [.. Frame(1, 100), .. Frame(1, 101), 9, 9];
        byte[] tooLate = Frame(1, 102, secondsAgo: -200_000);
        await bench.Log.AppendAsync(LogBench.View(1, 0));
        bench.Produce(halfGood);
        await bench.Log.AppendAsync(LogBench.View(1, 1));
        bench.Produce(null);
        bench.Produce(tooLate);
        await bench.Log.AppendAsync(LogBench.View(1, 2));
        bench.Produce([7], kind: "greeting");
        bench.Produce([.. Frame(1, 103), 1]);

        await using SignalStore store = bench.OpenStore();
        KafkaPartitionOptions options = bench.Options with { Poison = PoisonPolicy.ToFolder(bench.PathOf("poison")) };
        await using (RunningPartition running = LogBench.Run(store, options))
        {
            await running.CatchUpAsync();
            Assert.That(LogBench.Ids(store, 1), Is.EqualTo(new ulong[] { 0, 1, 2 }), "nothing of a refused record is stored");
            Assert.That(running.Partition.PoisonCount, Is.EqualTo(5));
            Assert.That(running.Partition.PoisonByReason["the record ends inside a frame"], Is.EqualTo(2));
            Assert.That(store.GetResumePosition("kafka:events/0"), Is.EqualTo(8), "the position is past the last record, which is bad");
        }

        await LogBench.CatchUpAsync(store, options);
        PoisonRecord[] kept = [.. PoisonFile.Read(bench.PathOf("poison/events-0.poison"))];
        Assert.That(kept.Select(record => record.Offset), Is.EqualTo(new long[] { 1, 3, 4, 6, 7 }));
        Assert.That(kept[0].Value?.ToArray(), Is.EqualTo(halfGood));
        Assert.That(kept[1].Value, Is.Null);
        Assert.That(
            (kept[2].Reason, kept[2].Kind), Is.EqualTo(("an event's time is too far from the time of its record", "events")));
        Assert.That((kept[3].Kind, kept[3].Value?.ToArray()), Is.EqualTo(("greeting", new byte[] { 7 })));
    }

    [Test]
    public async Task ToFolder_AnEventOfTheTypeOfDefinitions_IsKeptAside()
    {
        using LogBench bench = new();
        SingleEvent forged = new();
        forged.Begin(LogBench.Schema[LogDefinitions.EventType]);
        (forged.User, forged.TimeMs, forged.Id) = (UserId.From(1), LogBench.TimeMs(100), 1);
        await bench.Log.AppendAsync(forged);
        await using SignalStore store = bench.OpenStore();
        KafkaPartitionOptions options = bench.Options with { Poison = PoisonPolicy.ToFolder(bench.PathOf("poison")) };
        await using RunningPartition running = LogBench.Run(store, options);
        await running.CatchUpAsync();
        Assert.That(running.Partition.PoisonByReason.Keys.Single(), Does.Contain("which only definitions make"));
        Assert.That(store.GetUsers(LogDefinitions.EventType), Is.Empty);
    }

    [Test]
    public async Task ToFolder_TheFileIsFull_Stops()
    {
        using LogBench bench = new();
        bench.Produce(new byte[600]);
        await bench.Log.AppendAsync(LogBench.View(1, 1));
        bench.Produce(new byte[600]);
        await bench.Log.AppendAsync(LogBench.View(1, 2));
        await using SignalStore store = bench.OpenStore();
        KafkaPartitionOptions options = bench.Options with { Poison = PoisonPolicy.ToFolder(bench.PathOf("poison"), maxBytes: 1024) };
        await using RunningPartition running = LogBench.Run(store, options);
        Exception stopped = await running.FailureAsync();
        Assert.That(stopped, Is.TypeOf<PoisonNotKeptException>().With.Message.Contains("offset 2").And.Message.Contains("1,024 bytes"));
        Assert.That((store.GetResumePosition("kafka:events/0"), running.Partition.PoisonCount), Is.EqualTo(((long?)2, 2L)));
        Assert.That(LogBench.Ids(store, 1), Is.EqualTo(new ulong[] { 1 }), "everything before the record that is not kept");
    }

    [Test]
    public async Task ToTopic_BadRecords_GoThereWithWhereTheyCameFrom()
    {
        using LogBench bench = new();
        bench.Broker.CreateTopic("poison");
        bench.Produce([1, 2, 3]);
        await bench.Log.AppendAsync(LogBench.View(1, 1));
        await using SignalStore store = bench.OpenStore();
        await using RunningPartition running = LogBench.Run(store, bench.Options with { Poison = PoisonPolicy.ToTopic("poison") });
        await running.CatchUpAsync();
        Assert.That(LogBench.Ids(store, 1), Is.EqualTo(new ulong[] { 1 }));

        using IConsumer<byte[], byte[]> consumer = new ConsumerBuilder<byte[], byte[]>(
            new ConsumerConfig { BootstrapServers = bench.Broker.BootstrapServers, GroupId = "look" }).Build();
        consumer.Assign(new TopicPartitionOffset("poison", 0, 0));
        ConsumeResult<byte[], byte[]> kept = consumer.Consume(TimeSpan.FromSeconds(20));
        Assert.That(kept.Message.Value, Is.EqualTo(new byte[] { 1, 2, 3 }));
        Assert.That(
            kept.Message.Headers.Select(header => $"{header.Key}={Encoding.UTF8.GetString(header.GetValueBytes())}"),
            Is.EqualTo(new[]
            {
                "signals-kind=events", "signals-poison-reason=the record ends inside a frame", "signals-poison-topic=events",
                "signals-poison-partition=0", "signals-poison-offset=0",
            }));
    }

    [Test]
    public async Task ToTopic_TheTopicRefusesARecordAsTooLarge_StopsBeforeItAndSaysSo()
    {
        using LogBench bench = new();
        bench.Broker.CreateTopic("poison");
        await bench.Log.AppendAsync(LogBench.View(1, 1));
        bench.Produce([1, 2, 3]);
        bench.Broker.FailNext(BrokerRequest.Produce, ErrorCode.MsgSizeTooLarge);
        await using SignalStore store = bench.OpenStore();
        KafkaPartitionOptions options = bench.Options with { Poison = PoisonPolicy.ToTopic("poison") };
        await using (RunningPartition running = LogBench.Run(store, options))
        {
            Exception stopped = await running.FailureAsync();
            Assert.That(stopped, Is.TypeOf<PoisonNotKeptException>());
            Assert.That(stopped.Message, Does.Contain("too large for the topic 'poison'").And.Contain("max.message.bytes"));
            Assert.That(running.Partition.Position, Is.EqualTo(1), "the record was not kept");
            Assert.That(store.GetResumePosition("kafka:events/0"), Is.EqualTo(1), "what is before it is stored");
        }

        await LogBench.CatchUpAsync(store, options);
        Assert.That(LogBench.Ids(store, 1), Is.EqualTo(new ulong[] { 1 }));
        Assert.That(store.GetResumePosition("kafka:events/0"), Is.EqualTo(2));
    }

    [Test]
    public async Task ToTopic_ARecordLargerThanAClientSendsByDefault_IsKept()
    {
        using LogBench bench = new();
        bench.Broker.CreateTopic("poison");
        byte[] large = new byte[1_500_000];
        using (IProducer<Null, byte[]> producer = new ProducerBuilder<Null, byte[]>(
            new ProducerConfig { BootstrapServers = bench.Broker.BootstrapServers, MessageMaxBytes = 2_000_000 }).Build())
        {
            await producer.ProduceAsync(LogBench.Topic, new Message<Null, byte[]> { Value = large });
        }

        await using SignalStore store = bench.OpenStore();
        await LogBench.CatchUpAsync(store, bench.Options with { Poison = PoisonPolicy.ToTopic("poison") });
        using IConsumer<byte[], byte[]> consumer = new ConsumerBuilder<byte[], byte[]>(
            new ConsumerConfig { BootstrapServers = bench.Broker.BootstrapServers, GroupId = "look" }).Build();
        consumer.Assign(new TopicPartitionOffset("poison", 0, 0));
        Assert.That(consumer.Consume(TimeSpan.FromSeconds(20)).Message.Value, Is.EqualTo(large));
    }

    [Test]
    public async Task Decoder_AnExceptionOfItsOwn_StopsAndSkipsNothing()
    {
        using LogBench bench = new();
        await bench.Log.AppendAsync(LogBench.View(1, 1));
        await using SignalStore store = bench.OpenStore();
        KafkaPartitionOptions options = bench.Options with
        {
            Decoder = () => new FailingDecoder(),
            Poison = PoisonPolicy.ToFolder(bench.PathOf("poison")),
        };
        await using RunningPartition running = LogBench.Run(store, options);
        Assert.That(await running.FailureAsync(), Is.TypeOf<IOException>());
        Assert.That(store.GetResumePosition("kafka:events/0"), Is.Null);
    }

    private static byte[] Frame(ulong user, int n, int secondsAgo = 100)
    {
        System.Buffers.ArrayBufferWriter<byte> output = new();
        new EventFrameWriter().Write(LogBench.View(user, n, secondsAgo), output);
        return output.WrittenSpan.ToArray();
    }

    private sealed class FailingDecoder : IRecordDecoder
    {
        public bool TryDecode(in LogRecord record, RecordRows rows, out string reason) => throw new IOException("no schema registry");
    }

    // Two records are kept, the first of which is damaged then. So the second one, which is whole, is behind it.
    private static async Task<byte[]> DamageAsync(LogBench bench, SignalStore store, KafkaPartitionOptions options)
    {
        string file = bench.PathOf("poison/events-0.poison");
        bench.Produce([1, 2, 3]);
        bench.Produce([4, 5, 6]);
        await LogBench.CatchUpAsync(store, options);
        byte[] damaged = await File.ReadAllBytesAsync(file);
        damaged[30] ^= 1;
        await File.WriteAllBytesAsync(file, damaged);
        return damaged;
    }
}
