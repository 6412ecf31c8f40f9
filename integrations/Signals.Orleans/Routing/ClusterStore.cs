using Signals.Definitions;
using Signals.Kafka;
using Signals.Orleans.Grains;
using Signals.Orleans.Partitions;
using Signals.Orleans.Placement;
using Signals.Orleans.Replicas;
using Signals.Orleans.Wire;

namespace Signals.Orleans.Routing;

/// <summary>The cluster as a program on one of its machines sees it. Thread contract: any thread.</summary>
internal sealed class ClusterStore(
    ReplicaHost host, ReplicaContext context, ReadRouter router, ReplicaReports reports, ClusterMachines machines) : IClusterStore
{
    private readonly SignalsClusterOptions _options = context.Options;

    public StoreSchema Schema => _options.Schema!;

    public int PartitionCount => _options.Partitions;

    public int PartitionOf(UserId user) => Log.PartitionOf(user);

    private IClusterLog Log => context.Log;

    public ValueTask<LogPosition> AppendAsync(SingleEvent newEvent, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(newEvent);
        return Log.AppendAsync(PartitionOf(newEvent.User), [newEvent], cancellationToken);
    }

    public async ValueTask<IReadOnlyList<LogPosition>> AppendAsync(
        IReadOnlyList<SingleEvent> events, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(events);

        // All appends begin before the first wait, because the events are the caller's again after it.
        Task<LogPosition>[] appends =
        [
            .. events.GroupBy(single => PartitionOf(single.User))
                .Select(group => Log.AppendAsync(group.Key, [.. group], cancellationToken).AsTask()),
        ];
        return await Task.WhenAll(appends).ConfigureAwait(false);
    }

    public ValueTask<LogPosition> EraseAsync(UserId user, CancellationToken cancellationToken = default) =>
        Log.EraseAsync(user, cancellationToken);

    public ValueTask<IReadOnlyList<LogPosition>> DefineAsync(
        SequenceDefinition definition, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(definition);
        return Log.DefineAsync(definition, cancellationToken);
    }

    public ValueTask<LogPosition> ImportAsync(int partition, SegmentReference segment, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(segment);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)partition, (uint)PartitionCount, nameof(partition));
        return Log.ImportAsync(partition, segment, cancellationToken);
    }

    public ValueTask<ClusterSequence> ReadAsync(
        UserId user, string definition, ClusterReadOptions options = default, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(definition);
        int partition = PartitionOf(user);
        return TryReadHere(partition, user, definition, query: null, options, out ClusterSequence here)
            ? new ValueTask<ClusterSequence>(here)
            : AskAsync(Request(partition, [user], options, definition), cancellationToken);
    }

    public ValueTask<ClusterSequence> ReadAsync(
        UserId user, ClusterQuery query, ClusterReadOptions options = default, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(query);
        int partition = PartitionOf(user);
        return TryReadHere(partition, user, definition: null, query, options, out ClusterSequence here)
            ? new ValueTask<ClusterSequence>(here)
            : AskAsync(Request(partition, [user], options, query: query), cancellationToken);
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
                destination.Set(places, answer.After(context.Time.GetElapsedTime(at), _options.CompleteWithin));
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
                && TryReadTensors(open!, request, out TensorScratch? scratch))
            {
                long read = context.Time.GetTimestamp();
                ClusterAnswer answer = promise.At(read, context.Time, _options.CompleteWithin);
                if (!(answer.Lag > options.MaxLag)) // The read itself takes time, and another replica may be sooner.
                {
                    Scatter(destination, places, scratch!.BytesOf);
                    destination.Set(places, scratch.Set.Statuses, scratch.Set.Lengths);
                    context.Telemetry.ReadLocally(answer.IsComplete);
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
            long received = context.Time.GetTimestamp();
            using RemoteTensors remote = routed.Value;
            Scatter(destination, places, remote.BytesOf);
            destination.Set(places, remote.Statuses, remote.Lengths);
            return (places, routed.Answer, received);
        }
    }

    public IReadOnlyList<ReplicaReport> GetLocalReplicas() => host.GetReports();

    public Task<IReadOnlyList<ReplicaReport>> GetReplicasAsync(CancellationToken cancellationToken = default) =>
        reports.AskAsync(machines.Addresses(), _options.ReplicaTimeout, cancellationToken);

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

    // By definition or by query; the other one is null. False when no replica here gives what the read asks for, or when it cannot be
    // read: then another one may. Every read of this process goes this way, so it has no closures, and looks at the clock once.
    private bool TryReadHere(
        int partition, UserId user, string? definition, ClusterQuery? query, in ClusterReadOptions options, out ClusterSequence sequence)
    {
        sequence = default;
        if (!TryFind(partition, options, out OpenReplica? open, out ReadPromise promise))
        {
            return false;
        }

        LocalRows rows;
        try
        {
            rows = query is null ? open!.Read(user, definition!, options) : open!.Read(user, query);
        }
        catch (Exception error) when (OpenReplica.IsOwnFailure(error))
        {
            open!.Fail(error); // Another replica, with files of its own, may answer.
            return false;
        }

        ClusterAnswer answer = promise.At(context.Time.GetTimestamp(), context.Time, _options.CompleteWithin);
        if (answer.Lag > options.MaxLag)
        {
            rows.Dispose();
            return false;
        }

        context.Telemetry.ReadLocally(answer.IsComplete);
        sequence = new ClusterSequence(rows, answer);
        return true;
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
    private bool TryFind(int partition, in ClusterReadOptions options, out OpenReplica? open, out ReadPromise promise)
    {
        promise = default;
        long? least = OffsetOf(options.AtLeast, partition);
        PartitionReplica? replica = host.TryGet(partition);
        open = replica?.Current;
        if (open is null)
        {
            return false;
        }

        promise = open.Promise(replica!.Role, isLocal: true);
        if (!promise.Proof.IsKnown || promise.Position < least)
        {
            return false;
        }

        TimeSpan? most = promise.Role == ReplicaRole.Owner ? options.MaxLag : Smaller(options.MaxLag);
        return most is null || promise.LagAt(context.Time.GetTimestamp(), context.Time) <= most;
    }

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
