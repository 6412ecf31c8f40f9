using System.Diagnostics;
using Confluent.Kafka;
using Signals.Kafka;

namespace Signals.Tests.Cluster.Drills;

/// <summary>
/// Appends events without end, some of them twice, and remembers which were acknowledged, and when. What was not acknowledged is sent
/// again until it is, so that between two events the log holds exactly what is remembered. Threads: any; one at a time begins and ends.
/// </summary>
internal sealed class DrillLoad : IAsyncDisposable
{
    private const int EveryTwice = 40;
    private static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(6);
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private readonly KafkaSignals _log;
    private readonly IProducer<byte[], byte[]> _raw;
    private readonly List<(ulong Id, long At)>[] _acknowledged =
        [.. Enumerable.Range(0, DrillSetup.Users + 1).Select(_ => new List<(ulong, long)>())];
    private readonly long[] _ends;
    private CancellationTokenSource _ending = new();
    private Task _appending = Task.CompletedTask;
    private int _sent;
    private int _count;
    private int _filled;

    public DrillLoad(string brokers, int partitions)
    {
        _ends = new long[partitions];
        _log = KafkaSignals.Open(new KafkaSignalsOptions
        {
            BootstrapServers = brokers,
            Topic = DrillSetup.Topic,
            Partitions = partitions,
        });
        _raw = new ProducerBuilder<byte[], byte[]>(new ProducerConfig { BootstrapServers = brokers, Acks = Acks.All, LingerMs = 0 })
            .SetLogHandler(static (_, _) => { })
            .Build();
    }

    /// <summary>How many events were acknowledged.</summary>
    public int Count => Volatile.Read(ref _count);

    /// <summary>The largest id that was sent.</summary>
    public ulong LastSent => (ulong)Volatile.Read(ref _sent);

    public void Begin()
    {
        _ending.Dispose();
        _ending = new CancellationTokenSource();
        _appending = Task.Run(() => AppendAsync(_ending.Token));
    }

    /// <summary>Stops between two events; the load can begin again.</summary>
    public async Task EndAsync()
    {
        await _ending.CancelAsync();
        await _appending.WaitAsync(Patience);
    }

    /// <summary>
    /// Those of a user's events that were acknowledged before a moment and are not among the newest events of an answer.
    /// </summary>
    /// <param name="user">The user.</param>
    /// <param name="before">The moment.</param>
    /// <param name="newest">The ids of the answer.</param>
    /// <param name="most">How many the answer holds at most.</param>
    public ulong[] MissingOf(ulong user, long before, ulong[] newest, int most)
    {
        HashSet<ulong> there = [.. newest];
        ulong oldest = newest.Length == most ? newest.Min() : 0; // Ids rise with time, so a full answer lacks only older ones.
        List<ulong> missing = [];
        lock (_acknowledged[user])
        {
            for (int i = _acknowledged[user].Count - 1; i >= 0 && _acknowledged[user][i].Id >= oldest; i--)
            {
                if (_acknowledged[user][i].At < before && !there.Contains(_acknowledged[user][i].Id))
                {
                    missing.Add(_acknowledged[user][i].Id);
                }
            }
        }

        return [.. missing];
    }

    public ulong[] Acknowledged(ulong user)
    {
        lock (_acknowledged[user])
        {
            return [.. _acknowledged[user].Select(known => known.Id)];
        }
    }

    /// <summary>The position behind everything of a partition that was acknowledged.</summary>
    public long EndOf(int partition) => Volatile.Read(ref _ends[partition]);

    /// <summary>Appends a record that no replica can apply, and returns its offset.</summary>
    public async Task<long> PoisonAsync(int partition)
    {
        DeliveryResult<byte[], byte[]> sent = await _raw.ProduceAsync(
            new TopicPartition(DrillSetup.Topic, partition), new Message<byte[], byte[]> { Value = [1, 2, 3] });
        Acknowledge(new LogAck(partition, sent.Offset.Value));
        return sent.Offset.Value;
    }

    /// <summary>Appends events of 100 kB to a partition, of users whom nobody reads.</summary>
    public async Task FillAsync(int partition, int events)
    {
        const int Bytes = 100_000;
        ulong user = 1_000_000;
        for (int sent = 0; sent < events; sent++)
        {
            do
            {
                user++;
            }
            while (_log.PartitionOf(UserId.From(user)) != partition);

            Acknowledge(await _log.AppendAsync(DrillSetup.Event(1 + Interlocked.Increment(ref _filled), user, Bytes)));
        }
    }

    public async ValueTask DisposeAsync()
    {
        await EndAsync();
        _log.Dispose();
        _raw.Dispose();
        _ending.Dispose();
    }

    private async Task AppendAsync(CancellationToken ending)
    {
        while (!ending.IsCancellationRequested)
        {
            int n = Volatile.Read(ref _sent) + 1;
            ulong user = (ulong)(1 + (n * 7919L % DrillSetup.Users));
            SingleEvent single = DrillSetup.Event(n, user);
            Volatile.Write(ref _sent, n);
            await SendAsync(single);
            lock (_acknowledged[user])
            {
                _acknowledged[user].Add(((ulong)n, Stopwatch.GetTimestamp()));
            }

            Interlocked.Increment(ref _count);
            if (n % EveryTwice == 0)
            {
                await SendAsync(single);
            }

            await Task.Delay(Pace, CancellationToken.None);
        }
    }

    private async Task SendAsync(SingleEvent single)
    {
        while (true)
        {
            try
            {
                Acknowledge(await _log.AppendAsync(single));
                return;
            }
            catch (ProduceException<byte[]?, byte[]> error) when (!error.Error.IsFatal)
            {
                await Task.Delay(Pace); // Not acknowledged: it is sent again, which changes nothing if it is in the log.
            }
        }
    }

    private void Acknowledge(LogAck ack)
    {
        lock (_ends)
        {
            _ends[ack.Partition] = Math.Max(_ends[ack.Partition], ack.Offset + 1);
        }
    }
}
