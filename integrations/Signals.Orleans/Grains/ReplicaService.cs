using Microsoft.Extensions.Logging;
using Orleans.Concurrency;
using Signals.Orleans.Replicas;
using Signals.Orleans.Wire;

namespace Signals.Orleans.Grains;

/// <summary>Lets other machines reach the replicas of this one. Thread contract: Orleans' turns; calls interleave.</summary>
[Reentrant]
internal sealed class ReplicaService(
    GrainId id, Silo silo, ILoggerFactory loggers, ReplicaHost host, ReplicaReader reader)
    : GrainService(id, silo, loggers), IReplicaService
{
    public Task<ReplicaReport[]> GetReportsAsync() => Task.FromResult(host.GetReports());

    public Task<ReadReply> ReadAsync(ReadRequest request) => reader.ServeAsync(request, CancellationToken.None);
}
