using Confluent.Kafka;
using Signals.Kafka.Consuming;
using Signals.Kafka.Poison;
using Signals.Kafka.Records;

namespace Signals.Kafka;

/// <summary>
/// Feeds a store from one partition of a Kafka topic. The store is a function of the partition: the position is stored together with
/// the events, so each record counts once, also after a crash, and two stores that have read to the same position answer alike.
/// </summary>
/// <remarks>
/// Thread contract: any thread; one run at a time, on a thread of its own. There is no consumer group: who reads which partition is the
/// host's decision, and two stores that read the same partition do not disturb each other. Lifetime: dispose it after its run has ended;
/// the store stays open.
/// </remarks>
public sealed class KafkaPartition : IDisposable
{
    private readonly SignalStore _store;
    private readonly KafkaPartitionOptions _options;
    private readonly TopicPartition _partition;
    private readonly PartitionProgress _progress;
    private readonly PartitionTelemetry _telemetry;
    private int _isRunning;
    private bool _hasRegisteredKept; // The run's thread.

    /// <summary>
    /// Prepares to feed a store; nothing is read before <see cref="RunAsync"/>. From here on the store serves only definitions that the log
    /// and the code of this process register. So make it before your code registers its own.
    /// </summary>
    /// <param name="store">The store. It holds this partition and nothing else that changes answers.</param>
    /// <param name="topic">The topic; its name takes at most 200 bytes.</param>
    /// <param name="partition">The partition, from 0 on.</param>
    /// <param name="options">The settings.</param>
    /// <exception cref="ArgumentException">A setting is invalid; the message names every one.</exception>
    public KafkaPartition(SignalStore store, string topic, int partition, KafkaPartitionOptions options)
    {
        ArgumentNullException.ThrowIfNull(store);
        ArgumentNullException.ThrowIfNull(topic);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentOutOfRangeException.ThrowIfNegative(partition);
        if (!PartitionLogFormat.IsTopic(topic))
        {
            throw new ArgumentException($"'{topic}' is not the name of a topic of 1 to 200 bytes.", nameof(topic));
        }

        (_store, _options) = (store, options.Validate());
        _partition = new TopicPartition(topic, partition);
        _progress = new PartitionProgress(topic, partition);
        _telemetry = new PartitionTelemetry(Path.GetFileName(store.Folder), _progress);
        Source = PartitionLogFormat.SourceOf(topic, partition);
        _progress.Reached(store.GetResumePosition(Source) ?? 0);
        store.Definitions.FollowLog();
    }

    /// <summary>The name under which the store keeps the position, as in <see cref="SignalStore.GetSource"/>.</summary>
    public string Source { get; }

    /// <summary>The topic.</summary>
    public string Topic => _partition.Topic;

    /// <summary>The partition.</summary>
    public int Partition => _partition.Partition.Value;

    /// <summary>The offset at which the store goes on: everything before it is acknowledged by the store.</summary>
    public long Position => _progress.Position;

    /// <summary>The offset at which the partition ends, as the cluster last said; -1 when it has not said so yet.</summary>
    public long HighWatermark => _progress.End;

    /// <summary>The number of offsets between <see cref="Position"/> and <see cref="HighWatermark"/>.</summary>
    public long Lag => _progress.Lag;

    /// <summary>What the partition does now.</summary>
    public KafkaPartitionState State => _progress.State;

    /// <summary>
    /// The last error, whether it ended a run or was survived; null when there was none. <see cref="State"/> says whether it lasts.
    /// </summary>
    public Exception? LastError => _progress.LastError;

    /// <summary>How many records could not be applied, since this object was made.</summary>
    public long PoisonCount => _progress.Poison.Values.Sum();

    /// <summary>How many records could not be applied, by reason.</summary>
    public IReadOnlyDictionary<string, long> PoisonByReason => _progress.Poison;

    /// <summary>The name under which a store keeps its position in a partition, as <see cref="Source"/>.</summary>
    /// <param name="topic">The topic.</param>
    /// <param name="partition">The partition, from 0 on.</param>
    public static string SourceOf(string topic, int partition)
    {
        ArgumentNullException.ThrowIfNull(topic);
        ArgumentOutOfRangeException.ThrowIfNegative(partition);
        return PartitionLogFormat.SourceOf(topic, partition);
    }

    /// <summary>
    /// Whether a store at these positions can go on with a partition: the topic is the one whose position it has, and still has every
    /// record from there on. It may have lost some a moment later; then the run says so. Nothing is read. Positions of other sources, such
    /// as those of a topic that was left, play no part.
    /// </summary>
    /// <param name="topic">The topic.</param>
    /// <param name="partition">The partition, from 0 on.</param>
    /// <param name="positions">The positions of the store, as <see cref="SignalStore.GetResumePositions"/> gives them.</param>
    /// <param name="options">The settings with which it would be read.</param>
    /// <param name="cancellationToken">Ends the wait. The question itself ends by itself within seconds.</param>
    /// <returns>False also when the positions have none of this partition.</returns>
    /// <exception cref="ArgumentException">A setting is invalid; the message names every one.</exception>
    /// <exception cref="KafkaException">The cluster did not answer.</exception>
    public static async Task<bool> CanGoOnAsync(
        string topic, int partition, IReadOnlyList<SourcePosition> positions, KafkaPartitionOptions options,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(topic);
        ArgumentNullException.ThrowIfNull(positions);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentOutOfRangeException.ThrowIfNegative(partition);
        options.Validate();
        string source = PartitionLogFormat.SourceOf(topic, partition);
        SourcePosition known = positions.FirstOrDefault(position => position.Source == source);
        if (known.Source is null)
        {
            return false;
        }

        PartitionReach reach = await Task.Factory.StartNew(
            () =>
            {
                using PartitionConsumer asking =
                    new(options with { LagGroup = null }, new TopicPartition(topic, partition), new RecordArena());
                return PartitionReach.Ask(asking, options);
            },
            CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default).WaitAsync(cancellationToken)
            .ConfigureAwait(false);
        return reach.IsSameTopic(known) && reach.HasFrom(known);
    }

    /// <summary>
    /// Reads the partition until the call is cancelled, which is the only way in which it ends well. A cluster that is away for a while
    /// is waited for. After an error you may run it again.
    /// </summary>
    /// <param name="cancellationToken">Ends the run. What was appended stays; what was not is read again by the next run.</param>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    /// <exception cref="LogTruncatedException">The topic no longer has the records at which the store goes on.</exception>
    /// <exception cref="TopicChangedException">The topic was made anew, or another cluster answers.</exception>
    /// <exception cref="SchemaRequiredException">The log needs event types or columns that the store does not have.</exception>
    /// <exception cref="ReplicaUnfitException">A record is right, but this store or this host cannot apply it.</exception>
    /// <exception cref="RecordUnreadableException">The client cannot read a record, also after several attempts.</exception>
    /// <exception cref="PoisonRecordException">A record cannot be applied, and the policy is to stop.</exception>
    /// <exception cref="PoisonNotKeptException">A record cannot be applied, and could not be kept aside.</exception>
    /// <exception cref="StorePoisonedException">The store has failed; reopen it.</exception>
    /// <exception cref="KafkaException">The client has failed for good.</exception>
    /// <exception cref="InvalidOperationException">A run is under way.</exception>
    public Task RunAsync(CancellationToken cancellationToken)
    {
        if (Interlocked.Exchange(ref _isRunning, 1) != 0)
        {
            throw new InvalidOperationException($"The partition {_partition} is being read already.");
        }

        _progress.SetState(KafkaPartitionState.Connecting);
        return RunOnThreadAsync(cancellationToken);
    }

    /// <summary>
    /// Waits until reads see everything that the partition held when the call was made. It also waits for a run that has not begun yet.
    /// </summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="InvalidOperationException">The run has failed; the inner exception says why.</exception>
    public Task WhenCaughtUpAsync(CancellationToken cancellationToken = default) => _progress.WhenCaughtUpAsync(cancellationToken);

    /// <summary>Ends the measurements of this partition.</summary>
    public void Dispose() => _telemetry.Dispose();

    // An async method, so that a cancelled run is a cancelled task.
    private async Task RunOnThreadAsync(CancellationToken cancellationToken) => await Task.Factory.StartNew(
        () => RunToEnd(cancellationToken), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default)
        .ConfigureAwait(false);

    private void RunToEnd(CancellationToken cancellationToken)
    {
        Exception? failure = null;
        try
        {
            Run(cancellationToken);
        }
        catch (Exception error)
        {
            failure = error is OperationCanceledException && cancellationToken.IsCancellationRequested ? null : error;
            throw;
        }
        finally
        {
            _progress.Finish(failure);
            Volatile.Write(ref _isRunning, 0);
        }
    }

    private void Run(CancellationToken cancellationToken)
    {
        // First, so that reads by definitions work while no broker can be reached.
        StoredDefinitions definitions = new(_store, _options.Enrichment, _progress);
        if (!_hasRegisteredKept)
        {
            definitions.RegisterKept(); // Once: in a later run it would serve old versions for a moment, and undo what was activated since.
            _hasRegisteredKept = true;
        }

        RecordBatch batch = new();
        using PartitionConsumer consumer = new(_options, _partition, batch.Arena);
        PartitionStart start = new(_store, _options, consumer, _progress, Source);
        long position = start.Find(cancellationToken);
        _progress.Begin(position);
        EventGroup group = _store.CreateGroup(Source);
        group.Incarnation = start.Incarnation;
        group.IsAllOrNothing = true; // every replica has the same events, whatever its clock says

        using PoisonDesk desk = new(
            _options.Poison, () => _options.Poison.Open(_partition, _options.ToClientConfig(), _progress.Report), _progress);
        GroupAppends appends = new(_store, consumer, _progress, _options.PauseAfter);
        RecordRows rows = new(group, _options.MaxFutureTime, _options.MaxPastTime);
        RecordWriter writer = new(group, rows, _options.Decoder(), _options.MaxBatchEvents, appends, desk, _progress);
        SegmentImports imports = new(_store, _options, _progress);
        ControlRecords control = new(_store, writer, imports, definitions, desk, _progress);

        RunParts parts = new(start, batch, writer, control, new BatchTrace(_telemetry.Activities));
        new PartitionRun(_store, _options, consumer, parts, _progress).Run(position, cancellationToken);
    }
}
