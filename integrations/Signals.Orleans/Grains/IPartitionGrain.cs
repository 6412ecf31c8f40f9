using Orleans.Concurrency;
using Signals.Orleans.Wire;

namespace Signals.Orleans.Grains;

/// <summary>
/// The owner of a partition. Its key is the partition. The cluster's grain directory decides where it is; its activation decides
/// nothing about the data.
/// </summary>
[Alias("signals.partition-owner")]
internal interface IPartitionGrain : IGrainWithIntegerKey
{
    /// <summary>Reads from the replica on the owner's machine.</summary>
    [AlwaysInterleave]
    [Alias("read")]
    Task<ReadReply> ReadAsync(ReadRequest request);

    /// <summary>Moves the ownership to a machine; does nothing when it is there already.</summary>
    [AlwaysInterleave]
    [Alias("move")]
    Task MoveAsync(SiloAddress to);
}
