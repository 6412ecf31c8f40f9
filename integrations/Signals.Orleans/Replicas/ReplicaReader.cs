using Signals.Orleans.Wire;
using Signals.Serving;

namespace Signals.Orleans.Replicas;

/// <summary>Answers reads of other machines from a replica of this one. Thread contract: any thread.</summary>
/// <remarks>Reads never run on the caller's thread, which may be a turn of Orleans, and only so many at a time.</remarks>
internal sealed class ReplicaReader(ReplicaHost host, ReplicaContext context) : IDisposable
{
    private readonly SignalsClusterOptions _options = context.Options;
    private readonly SemaphoreSlim _reading = new(Math.Max(4, 2 * Environment.ProcessorCount));

    public async Task<ReadReply> ServeAsync(ReadRequest request, CancellationToken cancellationToken)
    {
        ReadReply reply = await ReplyAsync(request, cancellationToken).ConfigureAwait(false);
        return reply with { Silo = context.Silo };
    }

    /// <exception cref="ReplicaNotReadyException">The replica is later than the read accepts.</exception>
    public static void RequireWithin(in ClusterAnswer promise, TimeSpan? maxLag)
    {
        if (maxLag is TimeSpan most && !(promise.Lag <= most))
        {
            throw new ReplicaNotReadyException(
                promise.Lag is TimeSpan lag
                    ? $"it is up to {lag.TotalMilliseconds:F0} ms late, more than {most.TotalMilliseconds:F0} ms"
                    : "it has not caught up since it was opened");
        }
    }

    public void Dispose() => _reading.Dispose();

    private async Task<ReadReply> ReplyAsync(ReadRequest request, CancellationToken cancellationToken)
    {
        OpenReplica? open = null;
        try
        {
            PartitionReplica replica = host.TryGet(request.Partition)
                ?? throw new ReplicaNotReadyException("the machine does not hold the partition");
            long began = context.Time.GetTimestamp();
            open = await replica.WaitForAsync(request.AtLeast, request.Wait, cancellationToken).ConfigureAwait(false);
            TimeSpan held = context.Time.GetElapsedTime(began);
            ReadReply reply = await ServeInTurnAsync(replica, open, request, cancellationToken).ConfigureAwait(false);
            return reply with { Held = held };
        }
        catch (Exception error) when (error is not OperationCanceledException)
        {
            if (OpenReplica.IsOwnFailure(error))
            {
                open?.Fail(error);
            }

            return ReadReply.Of(error, open?.Store); // The caller's machine throws it.
        }
    }

    private async Task<ReadReply> ServeInTurnAsync(
        PartitionReplica replica, OpenReplica open, ReadRequest request, CancellationToken cancellationToken)
    {
        // Its caller has given up by then.
        if (!await _reading.WaitAsync(_options.ReplicaTimeout, cancellationToken).ConfigureAwait(false))
        {
            throw new ReplicaNotReadyException("it is busy with other reads");
        }

        try
        {
            return await Task.Run(() => Serve(replica, open, request), CancellationToken.None).ConfigureAwait(false);
        }
        finally
        {
            _reading.Release();
        }
    }

    private ReadReply Serve(PartitionReplica replica, OpenReplica open, ReadRequest request)
    {
        ClusterAnswer promise = open.Promise(replica.Role, isLocal: false)
            .At(context.Clock.Now(), context.Clock, _options.CompleteWithin);
        RequireWithin(promise, request.MaxLag);
        try
        {
            return ReadReply.Served(Serve(open, request, promise));
        }
        catch (UnknownDefinitionException error) when (promise.Lag is null)
        {
            throw new ReplicaNotReadyException(
                $"it has not caught up since it was opened, and does not know the definition '{error.Name}' so far", error);
        }
    }

    private static ServedPayload Serve(OpenReplica open, ReadRequest request, in ClusterAnswer promise)
    {
        if (request.Tensors is not null)
        {
            return TensorsWriter.Write(open.Store, request, promise);
        }

        using LocalRows rows = Read(open, request);
        return RowsWriter.Write(rows, promise);
    }

    private static LocalRows Read(OpenReplica open, ReadRequest request)
    {
        if (request.Query is not ClusterQuery query)
        {
            return new LocalRows(open.Read(request.UserAt(0), request.Definition!, request.Options));
        }

        CompiledQuery compiled = open.Compiled(query);
        return new LocalRows(open.Store.Read(request.UserAt(0), compiled.Query), compiled);
    }
}
