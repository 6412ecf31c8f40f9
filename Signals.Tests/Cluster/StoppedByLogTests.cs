using Confluent.Kafka;
using Microsoft.Extensions.Logging.Abstractions;
using Signals.Kafka;
using Signals.Orleans;
using Signals.Orleans.Replicas;
using Signals.Testing;
using Signals.Tests.Kafka;

namespace Signals.Tests.Cluster;

/// <summary>Records of a real log that stop every replica, whatever is done with poison: the store stays open and answers.</summary>
[Category("Reliability")]
internal sealed class StoppedByLogTests
{
    [Test]
    public async Task Follow_TheFileForPoisonIsFull_AnswersUpToTheRecordAndGoesOnWhenThereIsRoom()
    {
        using LogBench bench = new();
        await bench.Log.AppendAsync(LogBench.View(1, 1));
        bench.Produce(new byte[600]);
        bench.Produce(new byte[600]);
        await bench.Log.AppendAsync(LogBench.View(1, 2));
        KafkaPartitionOptions reads = bench.Options with { Poison = PoisonPolicy.ToFolder(bench.PathOf("poison"), maxBytes: 1024) };
        await using KafkaMachine machine = new(bench, NullLogger.Instance, reads: reads);
        PartitionReplica replica = await machine.UntilAsync(report => report.State == ReplicaState.Stopped);
        OpenReplica open = replica.Current!;
        Assert.That((replica.Report().Position, replica.Openings), Is.EqualTo((2L, 1L)));
        Assert.That(replica.Error, Is.TypeOf<PoisonNotKeptException>().With.Message.Contains("offset 2"));
        Assert.That(LogBench.Ids(open.Store, 1), Is.EqualTo(new ulong[] { 1 }));

        string file = bench.PathOf("poison/events-0.poison");
        Assert.That(PoisonFile.Read(file).Select(record => record.Offset), Is.EqualTo(new long[] { 1 }));
        File.Move(file, bench.PathOf("looked at"));
        Assert.That(await machine.FollowToAsync(4), Is.SameAs(open));
        Assert.That(LogBench.Ids(open.Store, 1), Is.EqualTo(new ulong[] { 1, 2 }));
        Assert.That((replica.Error, replica.Openings, replica.Failures), Is.EqualTo(((Exception?)null, 1L, 1L)));
    }

    [Test]
    public async Task Follow_TheTopicForPoisonDoesNotTakeIt_AnswersUpToTheRecordAndGoesOnLater()
    {
        using LogBench bench = new();
        bench.Broker.CreateTopic("poison");
        await bench.Log.AppendAsync(LogBench.View(1, 1));
        bench.Produce([1, 2, 3]);
        await bench.Log.AppendAsync(LogBench.View(1, 2));
        bench.Broker.FailNext(BrokerRequest.Produce, ErrorCode.MsgSizeTooLarge); // and again when it is tried anew, to have time to look
        bench.Broker.FailNext(BrokerRequest.Produce, ErrorCode.MsgSizeTooLarge);
        await using KafkaMachine machine = new(
            bench, NullLogger.Instance, reads: bench.Options with { Poison = PoisonPolicy.ToTopic("poison") });
        PartitionReplica replica = await machine.UntilAsync(report => report.State == ReplicaState.Stopped);
        OpenReplica open = replica.Current!;
        Assert.That(replica.Error, Is.TypeOf<PoisonNotKeptException>());
        Assert.That(LogBench.Ids(open.Store, 1), Is.EqualTo(new ulong[] { 1 }));
        Assert.That(await machine.FollowToAsync(3), Is.SameAs(open));
        Assert.That(replica.Openings, Is.EqualTo(1));
    }

    [Test]
    public async Task Follow_TheLogNeedsAColumnThatTheSchemaLacks_Answers()
    {
        using LogBench bench = new();
        await bench.Log.AppendAsync(LogBench.View(1, 1));
        bench.Produce("""{"view":["not_there"]}"""u8.ToArray(), kind: "schema");
        await RequireStoppedAsync<SchemaRequiredException>(bench);
    }

    [Test]
    public async Task Follow_ARecordCannotBeRead_Answers()
    {
        using LogBench bench = new();
        await bench.Log.AppendAsync(LogBench.View(1, 1));
        RawBatch.Send(bench.Broker.BootstrapServers, [1, 2, 3], LogBench.TimeMs(0), hasRightChecksum: false);
        await RequireStoppedAsync<RecordUnreadableException>(bench);
    }

    // Its store takes events of at most a day ahead. Another one may take this one, and then the log has no fault.
    [Test]
    public async Task Follow_ThisReplicaAloneCannotApplyARecord_Answers()
    {
        const int FiveDaysAhead = -5 * 24 * 3600;
        using LogBench bench = new();
        await bench.Log.AppendAsync(LogBench.View(1, 1));
        await bench.Log.AppendAsync(LogBench.View(1, 2, secondsAgo: FiveDaysAhead));
        await RequireStoppedAsync<ReplicaUnfitException>(bench, bench.Options with { MaxFutureTime = TimeSpan.FromDays(10) });
    }

    private static async Task RequireStoppedAsync<TError>(LogBench bench, KafkaPartitionOptions? reads = null)
    {
        await using KafkaMachine machine = new(bench, NullLogger.Instance, reads: reads);
        PartitionReplica replica = await machine.UntilAsync(report => report.State is ReplicaState.Stopped or ReplicaState.Failed);
        Assert.That((replica.State, replica.Report().Position), Is.EqualTo((ReplicaState.Stopped, 1L)));
        Assert.That(replica.Error, Is.TypeOf<TError>());
        Assert.That(LogBench.Ids(replica.Current!.Store, 1), Is.EqualTo(new ulong[] { 1 }));
    }
}
