using Signals.Checkpoints;
using Signals.Kafka;
using Signals.Orleans.Replicas;

namespace Signals.Orleans;

/// <summary>
/// The settings of a cluster on one machine. Schema, partitions and standbys must be the same on every machine. They are checked
/// when the host starts, and all errors are reported at once.
/// </summary>
public sealed class SignalsClusterOptions
{
    private readonly List<Action<SignalStore>> _onOpened = [];
    private Func<int, StoreOptions> _store = _ => new StoreOptions();
    private KafkaPartitionOptions? _reads;
    private Func<KafkaSignalsOptions, KafkaSignalsOptions> _writes = options => options;
    private PartitionCheckpoints? _checkpoints;
    private string _topic = "";

    /// <summary>The folder under which this machine keeps its stores, one folder for each partition. Required.</summary>
    public string Folder { get; set; } = "";

    /// <summary>The number of partitions, which is that of the topic. It never changes. Required.</summary>
    public int Partitions { get; set; }

    /// <summary>
    /// How many further machines follow each partition, ready to take it over. 0 saves their memory and disk, and makes a
    /// failover as long as the opening of a store. Default 1.
    /// </summary>
    public int Standbys { get; set; } = 1;

    /// <summary>
    /// The zone of a machine, such as a rack or an availability zone, as it follows from the machine's name. A standby is placed in
    /// another zone than the owner while there is one. All machines must compute the same zones, so put them into the names:
    /// <c>SiloName = $"{zone}.{Environment.MachineName}"</c> and <c>ZoneOf = name => name.Split('.')[0]</c>. A machine whose zone is empty
    /// or null shares it with no other. Null, the default, for no zones. It is called often, and from any thread.
    /// </summary>
    public Func<string, string>? ZoneOf { get; set; }

    /// <summary>An answer is complete when it is proven to be at most this late. Default 1 s.</summary>
    public TimeSpan CompleteWithin { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>
    /// A standby in the process of the caller answers in the place of the owner when it is proven to be at most this late.
    /// Zero always asks the owner. Default 1 s.
    /// </summary>
    public TimeSpan LocalStandbyWithin { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>
    /// How often each replica asks the log for its end. Lags are proven to this precision. Default 250 ms.
    /// </summary>
    public TimeSpan EndInterval { get; set; } = TimeSpan.FromMilliseconds(250);

    /// <summary>How long a read waits for the owner before it asks a standby. Default 750 ms.</summary>
    public TimeSpan OwnerTimeout { get; set; } = TimeSpan.FromMilliseconds(750);

    /// <summary>
    /// How long a read waits for a standby, and how long the replicas that it asks may take together to get to the position that it asks
    /// for. Default 2 s.
    /// </summary>
    public TimeSpan ReplicaTimeout { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>
    /// A machine goes on with the folder that it has, and reads from the log what it lacks, if the log still has that and the checkpoint
    /// of <see cref="UseCheckpoints"/> is at most this many records further. Otherwise it begins with the checkpoint. Zero takes the
    /// checkpoint whenever it is further. Default 10,000,000.
    /// </summary>
    public long MaxReplay { get; set; } = 10_000_000;

    /// <summary>What the health checks of the cluster complain about.</summary>
    public ClusterHealthOptions Health { get; } = new();

    /// <summary>Declares the event types. Required.</summary>
    public StoreSchema? Schema { get; set; }

    /// <summary>Names the topic that is the log. Required.</summary>
    /// <param name="topic">The topic. It has <see cref="Partitions"/> partitions, and never gets more.</param>
    /// <param name="reads">How replicas read it; the addresses of brokers at least.</param>
    /// <param name="writes">
    /// Changes the settings of the producer, which has the addresses and client settings of <paramref name="reads"/> by default.
    /// </param>
    public SignalsClusterOptions UseKafka(
        string topic, KafkaPartitionOptions reads, Func<KafkaSignalsOptions, KafkaSignalsOptions>? writes = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(topic);
        ArgumentNullException.ThrowIfNull(reads);
        (_topic, _reads, _writes) = (topic, reads, writes ?? _writes);
        return this;
    }

    /// <summary>
    /// The settings of a partition's store. Give each store its share of the memory: a machine of a cluster of N machines holds
    /// about <c>Partitions * (1 + Standbys) / N</c> of them, and more after a failure. Without this call every store has the
    /// defaults of <see cref="StoreOptions"/>.
    /// </summary>
    /// <param name="store">Makes the settings of the store of a partition, which is given from 0.</param>
    public SignalsClusterOptions UseStore(Func<int, StoreOptions> store)
    {
        ArgumentNullException.ThrowIfNull(store);
        _store = store;
        return this;
    }

    /// <summary>
    /// Keeps checkpoints of each partition in shared storage. The owner sends them. A machine without a folder, or with one that the log
    /// does not reach any more (<see cref="MaxReplay"/>), begins with the checkpoint, so it warms up with what came after it, and the
    /// topic needs to keep no more than that.
    /// </summary>
    /// <param name="target">Where the checkpoints of a partition are; each partition needs a place of its own.</param>
    /// <param name="schedule">When the owner sends them, or null for the defaults.</param>
    /// <param name="options">How they are sent, kept and restored, or null for the defaults.</param>
    public SignalsClusterOptions UseCheckpoints(
        Func<int, CheckpointTarget> target, CheckpointScheduleOptions? schedule = null, CheckpointOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(target);
        _checkpoints = new PartitionCheckpoints(target, schedule, options);
        return this;
    }

    /// <summary>
    /// Calls back with every store that this machine opens, before it answers: register sequence definitions and tenants here.
    /// </summary>
    /// <param name="onOpened">Called on a thread of the pool. An exception fails the opening, which is tried again.</param>
    public SignalsClusterOptions OnStoreOpened(Action<SignalStore> onOpened)
    {
        ArgumentNullException.ThrowIfNull(onOpened);
        _onOpened.Add(onOpened);
        return this;
    }

    /// <summary>How checkpoints are kept; null when none are.</summary>
    internal PartitionCheckpoints? GetCheckpoints() => _checkpoints;

    /// <summary>The settings of a partition's store.</summary>
    /// <exception cref="InvalidOperationException">The store would not say when reads see what was appended.</exception>
    internal StoreOptions GetStoreOptions(int partition)
    {
        StoreOptions options = _store(partition);
        return options.Durability != Durability.InMemory ? options : throw new InvalidOperationException(
            $"UseStore gives partition {partition} the durability InMemory, which acknowledges events before reads see them, so no "
            + "lag can be proven. Use Buffered; the log makes good what a power cut takes.");
    }

    /// <summary>Calls what the host wants to do with each store.</summary>
    internal void Opened(SignalStore store) => _onOpened.ForEach(act => act(store));

    internal (KafkaSignalsOptions Writes, KafkaPartitionOptions Reads) GetLog()
    {
        KafkaPartitionOptions reads = _reads
            ?? throw new InvalidOperationException("The cluster has no log: call UseKafka with the topic and the brokers.");
        KafkaSignalsOptions writes = new()
        {
            BootstrapServers = reads.BootstrapServers,
            Topic = _topic,
            Partitions = Partitions,
            Client = reads.Client,
        };
        return (_writes(writes), reads);
    }

    internal IEnumerable<string> GetErrors()
    {
        foreach (string error in _reads?.GetErrors() ?? [])
        {
            yield return $"UseKafka: {error}";
        }

        if (string.IsNullOrWhiteSpace(Folder))
        {
            yield return "Folder must name the folder of this machine's stores.";
        }

        if (Schema is null)
        {
            yield return "Schema must declare the event types.";
        }

        if (Partitions is < 1 or > 65536)
        {
            yield return $"Partitions must be 1 to 65536, the number of partitions of the topic, not {Partitions}.";
        }

        if (Standbys is < 0 or > 15)
        {
            yield return $"Standbys must be 0 to 15, not {Standbys}.";
        }

        foreach ((string name, TimeSpan value) in new[]
        {
            (nameof(CompleteWithin), CompleteWithin), (nameof(EndInterval), EndInterval),
            (nameof(OwnerTimeout), OwnerTimeout), (nameof(ReplicaTimeout), ReplicaTimeout),
        })
        {
            if (value <= TimeSpan.Zero || value > TimeSpan.FromDays(1))
            {
                yield return $"{name} must be more than zero and at most a day, not {value}.";
            }
        }

        if (Health.MaxLag <= TimeSpan.Zero)
        {
            yield return $"Health.MaxLag must be more than zero, not {Health.MaxLag}.";
        }

        if (MaxReplay < 0)
        {
            yield return $"MaxReplay must be at least zero, not {MaxReplay}.";
        }

        if (LocalStandbyWithin < TimeSpan.Zero)
        {
            yield return $"LocalStandbyWithin must be at least zero, not {LocalStandbyWithin}.";
        }
    }
}
