using Orleans.Runtime.Services;

namespace Signals.Orleans.Grains;

/// <summary>Finds the replicas of a machine by its address. Thread contract: any thread.</summary>
internal sealed class ReplicaServices(IServiceProvider services) : GrainServiceClient<IReplicaService>(services)
{
    public IReplicaService On(SiloAddress silo) => GetGrainService(silo);
}
