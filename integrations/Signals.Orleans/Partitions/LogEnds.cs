using System.Collections.Concurrent;
using Confluent.Kafka;
using ErrorCode = Confluent.Kafka.ErrorCode;

namespace Signals.Orleans.Partitions;

/// <summary>
/// Asks the cluster of brokers for the ends of partitions, on a connection of its own, so that a feed that is busy or stuck cannot
/// make an end look old.
/// </summary>
/// <remarks>
/// Thread contract: any thread asks; one thread of its own asks for all that wait in one call. When that fails, it asks each leader
/// for itself, on threads of their own, so that a leader that is gone holds up its own partitions alone. Invariant: an end is asked
/// for after the request for it came. Lifetime: dispose it; requests that wait then are cancelled.
/// </remarks>
internal sealed class LogEnds : IDisposable
{
    private const int NoLeader = -1;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    // How long a broker may take for an answer. One whose machine loses its power closes no connection, and with librdkafka's default the
    // ends would stay unknown for a minute. Nothing is fetched here, but librdkafka wants the wait of a fetch below the time for an answer.
    private const int AnswerTimeoutMs = 5_000;
    private const int FetchWaitMs = 100;

    // The offset that brokers give for this time is the end.
    private static readonly Timestamp End = new(Offset.End.Value, TimestampType.CreateTime);

    private readonly string _topic;
    private readonly BlockingCollection<EndRequest> _asked = [];
    private readonly IConsumer<Ignore, Ignore> _client;
    private readonly IAdminClient _admin;
    private readonly Thread _thread;
    private readonly List<Task<bool>> _leaders = []; // Calls to one leader each: those of the last round, and those under way.
    private bool _isWhole = true; // The last call for all partitions at once was answered.

    public LogEnds(string topic, ClientConfig client)
    {
        _topic = topic;
        ConsumerConfig config = new(client)
        {
            GroupId = "signals-without-group",
            EnableAutoCommit = false,

            // The high watermark: what was acknowledged, also behind a transaction that is still open.
            IsolationLevel = IsolationLevel.ReadUncommitted,
            FetchWaitMaxMs = FetchWaitMs,
        };
        config.SocketTimeoutMs ??= AnswerTimeoutMs;
        _client = new ConsumerBuilder<Ignore, Ignore>(config).SetLogHandler(static (_, _) => { }).Build();
        _admin = new DependentAdminClientBuilder(_client.Handle).Build();
        _thread = new Thread(Run) { IsBackground = true, Name = "signals-log-ends" };
        _thread.Start();
    }

    public Task<long> AskAsync(int partition, CancellationToken cancellationToken)
    {
        TaskCompletionSource<long> answer = new(TaskCreationOptions.RunContinuationsAsynchronously);
        _asked.Add(new EndRequest(partition, answer), cancellationToken);
        return answer.Task.WaitAsync(cancellationToken);
    }

    public void Dispose()
    {
        _asked.CompleteAdding();
        _thread.Join();
        _admin.Dispose();
        _client.Dispose();
        _asked.Dispose();
    }

    private void Run()
    {
        List<EndRequest> waiting = [];
        foreach (EndRequest first in _asked.GetConsumingEnumerable())
        {
            waiting.Add(first);
            while (_asked.TryTake(out EndRequest next))
            {
                waiting.Add(next);
            }

            if (_asked.IsAddingCompleted)
            {
                waiting.ForEach(static request => request.Answer.TrySetCanceled());
            }
            else
            {
                AskForAll([.. waiting]);
            }

            waiting.Clear();
        }

        Task.WaitAll(_leaders.ToArray<Task>());
    }

    private void AskForAll(EndRequest[] requests)
    {
        if (_isWhole)
        {
            _isWhole = TryAsk(requests) is null;
        }

        requests = [.. requests.Where(static request => !request.Answer.Task.IsCompleted)];
        if (requests.Length > 0)
        {
            AskLeaders(requests);
        }
    }

    private void AskLeaders(EndRequest[] requests)
    {
        Dictionary<int, int> leaders;
        try
        {
            leaders = _admin.GetMetadata(_topic, Patience).Topics[0].Partitions.ToDictionary(
                static partition => partition.PartitionId, static partition => partition.Leader);
        }
        catch (KafkaException error)
        {
            Fail(requests, error); // No broker answers, for whichever partition.
            return;
        }

        bool isWhole = _leaders.Count > 0 && _leaders.TrueForAll(static call => call.IsCompletedSuccessfully && call.Result);
        _leaders.RemoveAll(static call => call.IsCompleted);
        foreach (IGrouping<int, EndRequest> some in requests.GroupBy(request => leaders.GetValueOrDefault(request.Partition, NoLeader)))
        {
            if (some.Key == NoLeader)
            {
                isWhole = false;
                Fail([.. some], new KafkaException(new Error(ErrorCode.LeaderNotAvailable, "The partition has no leader.")));
                continue;
            }

            _leaders.Add(Task.Factory.StartNew(
                () => AskLeader([.. some]), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default));
        }

        _isWhole = isWhole; // All at once again, after a round in which every leader answered.
    }

    private bool AskLeader(EndRequest[] requests)
    {
        KafkaException? error = TryAsk(requests);

        // Whoever is left was not named in the answer, or with no offset, and would wait for ever.
        Fail(
            requests,
            error ?? new KafkaException(new Error(ErrorCode.Local_Partial, "The leader answered without the end of the partition.")));
        return error is null;
    }

    /// <summary>Answers those of whom the cluster knows the end. The error, when the call or a part of it failed.</summary>
    private KafkaException? TryAsk(EndRequest[] requests)
    {
        try
        {
            IEnumerable<TopicPartitionTimestamp> ends = requests.Select(static request => request.Partition).Distinct()
                .Select(partition => new TopicPartitionTimestamp(_topic, partition, End));
            foreach (TopicPartitionOffset known in _client.OffsetsForTimes(ends, Patience))
            {
                Answer(requests, known.Partition.Value, known.Offset.Value);
            }

            return null;
        }
        catch (TopicPartitionOffsetException error)
        {
            foreach (TopicPartitionOffsetError known in error.Results.Where(static known => !known.Error.IsError))
            {
                Answer(requests, known.Partition.Value, known.Offset.Value);
            }

            return error;
        }
        catch (KafkaException error)
        {
            return error;
        }
    }

    private static void Answer(EndRequest[] requests, int partition, long end)
    {
        foreach (EndRequest request in requests.Where(request => request.Partition == partition && end >= 0))
        {
            request.Answer.TrySetResult(end);
        }
    }

    private static void Fail(EndRequest[] requests, KafkaException error) =>
        Array.ForEach(requests, request => request.Answer.TrySetException(error));
}
