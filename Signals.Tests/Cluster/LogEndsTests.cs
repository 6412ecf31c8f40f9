using Confluent.Kafka;
using Signals.Kafka;
using Signals.Orleans.Partitions;
using Signals.Testing;

namespace Signals.Tests.Cluster;

/// <summary>The ends of a topic's partitions, asked of a broker.</summary>
[Category("Reliability")]
[NonParallelizable]
internal sealed class LogEndsTests
{
    private const int Partitions = 4;

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    [Test]
    public async Task Ask_OnePartitionHasNoLeader_TheOthersAreAnswered()
    {
        if (!TestBroker.IsAvailable(out string reason))
        {
            Assert.Ignore($"The test broker cannot run here: {reason}");
        }

        using TestBroker broker = TestBroker.Start();
        broker.CreateTopic("events", Partitions);
        KafkaSignalsOptions writes = new() { BootstrapServers = broker.BootstrapServers, Topic = "events", Partitions = Partitions };
        using KafkaSignals signals = KafkaSignals.Open(writes);
        for (ulong user = 1; user <= 40; user++)
        {
            await signals.EraseAsync(UserId.From(user));
        }

        using LogEnds ends = new("events", new ClientConfig { BootstrapServers = broker.BootstrapServers });
        for (int round = 0; round < 5; round++)
        {
            bool isWhole = round is 0 or 4;
            Task<long> lost = isWhole ? Task.FromResult(0L) : ends.AskAsync(Partitions + 7, CancellationToken.None);
            long[] known = await Task.WhenAll(
                Enumerable.Range(0, Partitions).Select(partition => ends.AskAsync(partition, CancellationToken.None))).WaitAsync(Patience);
            Assert.That(known.Sum(), Is.EqualTo(40), $"round {round}: {string.Join(' ', known)}");
            if (!isWhole)
            {
                Assert.That(async () => await lost, Throws.InstanceOf<KafkaException>(), $"round {round}");
            }
        }
    }
}
