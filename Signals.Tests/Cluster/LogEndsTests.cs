using System.Diagnostics;
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
        using TestBroker broker = StartOrSkip();
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

    // Its machine lost its power: the connection stays, and nobody answers on it any more.
    [Test]
    [Platform("Linux")]
    public async Task Ask_TheBrokerFallsSilent_IsAnsweredWithinSeconds()
    {
        using TestBroker broker = StartOrSkip();
        using LogEnds ends = new("events", new ClientConfig { BootstrapServers = broker.BootstrapServers });
        await ends.AskAsync(0, CancellationToken.None).WaitAsync(Patience);
        Assert.That( // From here on the metadata are asked for first, and nothing else while they are not there.
            async () => await ends.AskAsync(Partitions + 7, CancellationToken.None), Throws.InstanceOf<KafkaException>());
        broker.FallSilent();
        broker.BringUp();
        Assert.That(await UntilAnsweredAsync(ends), Is.LessThan(TimeSpan.FromSeconds(20)));
    }

    private static TestBroker StartOrSkip()
    {
        if (!TestBroker.IsAvailable(out string reason))
        {
            Assert.Ignore($"The test broker cannot run here: {reason}");
        }

        TestBroker broker = TestBroker.Start();
        broker.CreateTopic("events", Partitions);
        return broker;
    }

    // Asks again and again, as replicas do.
    private static async Task<TimeSpan> UntilAnsweredAsync(LogEnds ends)
    {
        long began = Stopwatch.GetTimestamp();
        while (true)
        {
            try
            {
                await ends.AskAsync(0, CancellationToken.None).WaitAsync(Patience);
                return Stopwatch.GetElapsedTime(began);
            }
            catch (KafkaException)
            {
                Assert.That(Stopwatch.GetElapsedTime(began), Is.LessThan(Patience));
                await Task.Delay(20);
            }
        }
    }
}
