using Orleans.Services;
using Signals.Orleans.Wire;

namespace Signals.Orleans.Grains;

/// <summary>The replicas of one machine, as the others reach them: owners and standbys alike.</summary>
[Alias("signals.replicas")]
internal interface IReplicaService : IGrainService
{
    /// <summary>The replicas that the machine holds.</summary>
    [Alias("reports")]
    Task<ReplicaReport[]> GetReportsAsync();

    /// <summary>Reads from a replica of the machine.</summary>
    [Alias("read")]
    Task<ReadReply> ReadAsync(ReadRequest request);
}
