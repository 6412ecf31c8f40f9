using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using Signals.Definitions;
using Signals.Kafka;
using Signals.Orleans.Grains;
using Signals.Orleans.Partitions;
using Signals.Orleans.Placement;
using Signals.Orleans.Replicas;
using Signals.Orleans.Telemetry;
using Signals.Orleans.Wire;
using Signals.Serving;

namespace Signals.Orleans.Routing;

/// <summary>The cluster as a program on one of its machines sees it. Thread contract: any thread.</summary>
internal sealed class ClusterStore(
    ReplicaHost host, ReplicaContext context, ReadRouter router, ReplicaReports reports, ClusterMachines machines) : IClusterStore
{
    private readonly SignalsClusterOptions _options = context.Options;
    private readonly IClusterLog _log = context.Log;
    private readonly StampClock _clock = context.Clock;
    private readonly ClusterTelemetry _telemetry = context.Telemetry;

    public StoreSchema Schema => _options.Schema!;

    public int PartitionCount => _options.Partitions;

    public int PartitionOf(UserId user) => _log.PartitionOf(user);

    public ValueTask<LogPosition> AppendAsync(SingleEvent newEvent, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(newEvent);
        return _log.AppendAsync(PartitionOf(newEvent.User), [newEvent], cancellationToken);
    }

    public async ValueTask<IReadOnlyList<LogPosition>> AppendAsync(
        IReadOnlyList<SingleEvent> events, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(events);

        // All appends begin before the first wait, because the events are the caller's again after it.
        Task<LogPosition>[] appends =
        [
            .. events.GroupBy(single => PartitionOf(single.User))
                .Select(group => _log.AppendAsync(group.Key, [.. group], cancellationToken).AsTask()),
        ];
        return await Task.WhenAll(appends).ConfigureAwait(false);
    }

    public ValueTask<LogPosition> EraseAsync(UserId user, CancellationToken cancellationToken = default) =>
        _log.EraseAsync(user, cancellationToken);

    public ValueTask<IReadOnlyList<LogPosition>> DefineAsync(
        SequenceDefinition definition, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(definition);
        return _log.DefineAsync(definition, cancellationToken);
    }

    public ValueTask<LogPosition> ImportAsync(int partition, SegmentReference segment, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(segment);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)partition, (uint)PartitionCount, nameof(partition));
        return _log.ImportAsync(partition, segment, cancellationToken);
    }

    // The two reads of rows are how a program reads from its own process, where the store answers in a fraction of a microsecond. So they
    // look at the clock once, have no closures and no handlers, and call everything that is seldom: a method that catches, or has room
    // for a message, clears that room at each call. They are not inlined, for the sake of the caller's loop.
    [MethodImpl(MethodImplOptions.NoInlining)]
    public ValueTask<ClusterSequence> ReadAsync(
        UserId user, string definition, ClusterReadOptions options = default, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(definition);
        int partition = _log.PartitionOf(user);
        if (!TryFind(partition, options, out OpenReplica? open, out ReadPromise promise))
        {
            return AskAsync(partition, user, definition, query: null, options, cancellationToken);
        }

        ServedSequence served = open.ReadOrFail(user, definition, options);
        ClusterAnswer answer = promise.At(_clock.Now(), _clock, _options.CompleteWithin);
        if (served == default || answer.Lag > options.MaxLag) // Another replica, with files of its own, may answer.
        {
            served.Dispose();
            return AskAsync(partition, user, definition, query: null, options, cancellationToken);
        }

        _telemetry.ReadLocally(answer.IsComplete);
        return new ValueTask<ClusterSequence>(new ClusterSequence(served, answer));
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    public ValueTask<ClusterSequence> ReadAsync(
        UserId user, ClusterQuery query, ClusterReadOptions options = default, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(query);
        int partition = _log.PartitionOf(user);
        if (!TryFind(partition, options, out OpenReplica? open, out ReadPromise promise))
        {
            return AskAsync(partition, user, definition: null, query, options, cancellationToken);
        }

        CompiledQuery compiled = open.Compiled(query);
        Sequence plain = open.ReadOrFail(user, compiled);
        ClusterAnswer answer = promise.At(_clock.Now(), _clock, _options.CompleteWithin);
        if (plain == default || answer.Lag > options.MaxLag) // Another replica, with files of its own, may answer.
        {
            plain.Dispose();
            return AskAsync(partition, user, definition: null, query, options, cancellationToken);
        }

        _telemetry.ReadLocally(answer.IsComplete);
        return new ValueTask<ClusterSequence>(new ClusterSequence(plain, compiled, answer));
    }

    public async ValueTask ReadTensorsAsync(
        ReadOnlyMemory<UserId> users, string definition, ClusterTensors destination,
        ClusterReadOptions options = default, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(definition);
        ArgumentNullException.ThrowIfNull(destination);
        destination.Begin(users.Length);
        TensorShape[] shapes = destination.Shapes;
        IEnumerable<IGrouping<int, int>> byPartition = Enumerable.Range(0, users.Length).GroupBy(i => PartitionOf(users.Span[i]));
        try
        {
            (int[] Places, ClusterAnswer Answer, long At)[] answers = await Task.WhenAll(
                byPartition.Select(group => ReadTensorsAsync([.. group], group.Key))).ConfigureAwait(false);
            foreach ((int[] places, ClusterAnswer answer, long at) in answers)
            {
                destination.Set(places, answer.After(_clock.Between(at, _clock.Now()), _options.CompleteWithin));
            }
        }
        catch // All partitions have ended: what some of them wrote is no answer to the batch.
        {
            destination.Clear();
            throw;
        }

        // Gives the answer as it was at a moment; it gets older until the last partition has answered.
        async Task<(int[] Places, ClusterAnswer Answer, long At)> ReadTensorsAsync(int[] places, int partition)
        {
            UserId[] some = Array.ConvertAll(places, place => users.Span[place]);
            ReadRequest request = Request(partition, some, options, definition, tensors: shapes);
            if (TryFind(partition, options, out OpenReplica? open, out ReadPromise promise)
                && TryReadTensors(open, request, out TensorScratch? scratch))
            {
                long read = _clock.Now();
                ClusterAnswer answer = promise.At(read, _clock, _options.CompleteWithin);
                if (!(answer.Lag > options.MaxLag)) // The read itself takes time, and another replica may be sooner.
                {
                    Scatter(destination, places, scratch!.BytesOf);
                    destination.Set(places, scratch.Set.Statuses, scratch.Set.Lengths);
                    _telemetry.ReadLocally(answer.IsComplete);
                    return (places, answer, read);
                }
            }

            RoutedAnswer<RemoteTensors> routed = await router.AskAsync(
                request,
                payload =>
                {
                    RemoteTensors tensors = RemoteTensors.Read(payload, places.Length, shapes);
                    return (tensors, tensors.Answer);
                },
                cancellationToken).ConfigureAwait(false);
            long received = _clock.Now();
            using RemoteTensors remote = routed.Value;
            Scatter(destination, places, remote.BytesOf);
            destination.Set(places, remote.Statuses, remote.Lengths);
            return (places, routed.Answer, received);
        }
    }

    public IReadOnlyList<ReplicaReport> GetLocalReplicas() => host.GetReports();

    public Task<IReadOnlyList<ReplicaReport>> GetReplicasAsync(CancellationToken cancellationToken = default) =>
        reports.AskAsync(machines.Addresses(), _options.ReplicaTimeout, cancellationToken);

    // By definition or by query; the other one is null.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private ValueTask<ClusterSequence> AskAsync(
        int partition, UserId user, string? definition, ClusterQuery? query, in ClusterReadOptions options,
        CancellationToken cancellationToken) =>
        AskAsync(Request(partition, [user], options, definition, query), cancellationToken);

    private async ValueTask<ClusterSequence> AskAsync(ReadRequest request, CancellationToken cancellationToken)
    {
        RoutedAnswer<RemoteRows> routed = await router.AskAsync(
            request,
            static payload =>
            {
                RemoteRows rows = RemoteRows.Read(payload);
                return (rows, rows.Answer);
            },
            cancellationToken).ConfigureAwait(false);
        return new ClusterSequence(routed.Value, routed.Answer);
    }

    private static bool TryReadTensors(OpenReplica open, ReadRequest request, out TensorScratch? scratch)
    {
        try
        {
            scratch = TensorScratch.Read(open.Store, request);
            return true;
        }
        catch (Exception error) when (OpenReplica.IsOwnFailure(error))
        {
            open.Fail(error); // Another replica, with files of its own, may answer.
            scratch = null;
            return false;
        }
    }

    // The owner answers however late it is, as long as it knows how late; a standby only when it is as good as the owner.
    [MethodImpl(MethodImplOptions.AggressiveInlining)] // It leaves the promise in registers.
    private bool TryFind(
        int partition, in ClusterReadOptions options, [NotNullWhen(true)] out OpenReplica? open, out ReadPromise promise)
    {
        promise = default;
        long least = options.AtLeast is null ? long.MinValue : OffsetOf(options.AtLeast, partition)!.Value;
        PartitionReplica? replica = host.TryGet(partition);
        open = replica?.Current;
        if (open is null)
        {
            return false;
        }

        promise = open.Promise(replica!.Role, isLocal: true);
        return promise.Proof.IsKnown && promise.Position >= least
            && ((promise.Role == ReplicaRole.Owner && options.MaxLag is null) || IsWithin(promise, options.MaxLag));
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private bool IsWithin(in ReadPromise promise, TimeSpan? maxLag) =>
        promise.LagAt(_clock.Now(), _clock) <= (promise.Role == ReplicaRole.Owner ? maxLag : Smaller(maxLag));

    private TimeSpan Smaller(TimeSpan? maxLag) =>
        maxLag is TimeSpan most && most < _options.LocalStandbyWithin ? most : _options.LocalStandbyWithin;

    private static ReadRequest Request(
        int partition, ReadOnlySpan<UserId> users, in ClusterReadOptions options,
        string? definition = null, ClusterQuery? query = null, TensorShape[]? tensors = null) => new()
        {
            Partition = partition,
            Users = ReadRequest.Flatten(users),
            Definition = definition,
            Query = query,
            Tensors = tensors,
            Deadline = options.Deadline,
            AsOf = options.AsOf,
            AtLeast = OffsetOf(options.AtLeast, partition),
            MaxLag = options.MaxLag,
        };

    [MethodImpl(MethodImplOptions.NoInlining)] // Its message would need room in each read.
    private static long? OffsetOf(LogPosition? least, int partition) =>
        least is not LogPosition position ? null
        : position.Partition == partition ? position.Offset
        : throw new ArgumentException(
            $"AtLeast names partition {position.Partition}, but the user is in partition {partition}.", nameof(least));

    private static void Scatter(ClusterTensors destination, int[] places, TensorBytes bytesOf)
    {
        for (int tensor = 0; tensor < destination.Bindings.Count; tensor++)
        {
            destination.Bindings[tensor].Scatter(bytesOf(tensor), places);
        }
    }

    private delegate ReadOnlySpan<byte> TensorBytes(int tensor);
}
