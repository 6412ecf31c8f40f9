using Confluent.Kafka;
using Signals.Kafka.Records;

namespace Signals.Kafka.Consuming;

/// <summary>
/// The client of one run: fetches one partition from a position on, without a group. Thread contract: the run's thread. Lifetime: one
/// run.
/// </summary>
internal sealed class PartitionConsumer : IDisposable
{
    private const string NoGroup = "signals-without-group";

    // How long the client fetches nothing once its queue is full. Its default of a second is longer than a store takes for what is queued.
    private const string QueueBackoff = "fetch.queue.backoff.ms";
    private const int QueueBackoffMs = 10;

    // How long a broker may take for an answer, a fetch's wait for records aside. One whose machine loses its power closes no connection,
    // so its clients know only by then; with the client's default of a minute a store would stand still for so long.
    private const int AnswerTimeoutMs = 10_000;

    private const int CommitTimeoutMs = 1_000;

    private static readonly TimeSpan QueryTimeout = TimeSpan.FromSeconds(5);

    private readonly TopicPartition[] _assigned;
    private readonly bool _shows;
    private readonly IConsumer<RecordBytes, RecordBytes> _consumer;

    public PartitionConsumer(KafkaPartitionOptions options, TopicPartition partition, RecordArena arena)
    {
        Partition = partition;
        _assigned = [partition];
        _shows = options.LagGroup is not null;
        _consumer = new ConsumerBuilder<RecordBytes, RecordBytes>(ConfigurationOf(options))
            .SetKeyDeserializer(arena)
            .SetValueDeserializer(arena)
            .SetErrorHandler((_, error) => LostBrokers |= error.Code is ErrorCode.Local_AllBrokersDown)
            .SetOffsetsCommittedHandler((_, committed) => NoteShown(committed))
            .SetLogHandler(static (_, _) => { }) // it would write to the console; the state and the last error say the same
            .Build();
    }

    public TopicPartition Partition { get; }

    public Handle Handle => _consumer.Handle;

    /// <summary>Whether no broker could be reached at some time since this was last set to false.</summary>
    public bool LostBrokers { get; set; }

    /// <summary>Why the position could not be shown, since this was last set to null.</summary>
    public KafkaException? ShowError { get; set; }

    /// <summary>The end of the partition as of the last fetch; negative when it is not known.</summary>
    public long CachedEnd => _consumer.GetWatermarkOffsets(Partition).High.Value;

    /// <summary>The settings of the client: the host's, what the partition depends on, and defaults of ours.</summary>
    public static ConsumerConfig ConfigurationOf(KafkaPartitionOptions options)
    {
        ConsumerConfig config = new(options.ToClientConfig())
        {
            GroupId = options.LagGroup ?? NoGroup,
            EnableAutoCommit = options.LagGroup is not null, // of what is shown; a commit of our own would wait for the coordinator
            EnableAutoOffsetStore = false,
            AutoOffsetReset = AutoOffsetReset.Error,
            EnablePartitionEof = true,
            CheckCrcs = true, // a flipped bit is found here or nowhere
            IsolationLevel = IsolationLevel.ReadCommitted,
            ConsumeResultFields = "headers,timestamp",
        };
        if (options.LagGroup is not null)
        {
            config.SessionTimeoutMs = CommitTimeoutMs; // there is no session; it bounds how long the end of a run waits for a commit
        }

        if (!options.Client.ContainsKey(QueueBackoff))
        {
            config.FetchQueueBackoffMs = QueueBackoffMs;
        }

        // The client refuses a timeout that is not a second above a fetch's wait, so a host that sets the wait decides on both.
        if (config.FetchWaitMaxMs is null)
        {
            config.SocketTimeoutMs ??= AnswerTimeoutMs;
        }

        return config;
    }

    public void Assign(long position) => _consumer.Assign(new TopicPartitionOffset(Partition, position));

    /// <summary>The next record or the end of the partition; null when neither comes within <paramref name="wait"/>.</summary>
    /// <exception cref="ConsumeException">The partition cannot be read, for now or at all.</exception>
    public ConsumeResult<RecordBytes, RecordBytes>? Take(TimeSpan wait) => _consumer.Consume(wait);

    /// <summary>Asks for the first and the last offset.</summary>
    /// <exception cref="KafkaException">No answer came, or the partition is not there.</exception>
    public WatermarkOffsets QueryEnds() => _consumer.QueryWatermarkOffsets(Partition, QueryTimeout);

    public void Pause() => _consumer.Pause(_assigned);

    public void Resume() => _consumer.Resume(_assigned);

    /// <summary>
    /// Lets the client show the position to Kafka's own tools, in its own time and without waiting. <see cref="ShowError"/> says when it
    /// could not.
    /// </summary>
    /// <exception cref="KafkaException">The client does not take it.</exception>
    public void Show(long position) => _consumer.StoreOffset(new TopicPartitionOffset(Partition, position));

    public void Dispose()
    {
        try
        {
            if (_shows)
            {
                _consumer.Close(); // shows the last position; bounded by CommitTimeoutMs
            }
        }
        catch (KafkaException)
        {
            // Only the tools' view lags.
        }
        finally
        {
            _consumer.Dispose();
        }
    }

    // On the run's thread, inside of Take.
    private void NoteShown(CommittedOffsets committed)
    {
        Error error = committed.Error.IsError ? committed.Error : committed.Offsets.Select(static of => of.Error).FirstOrDefault(
            static of => of.IsError) ?? committed.Error;
        if (error.IsError && error.Code != ErrorCode.Local_NoOffset)
        {
            ShowError = new KafkaException(error);
        }
    }
}
