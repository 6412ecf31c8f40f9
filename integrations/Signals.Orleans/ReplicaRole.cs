namespace Signals.Orleans;

/// <summary>What the replica that answered was for its partition, as far as its machine knew.</summary>
public enum ReplicaRole : byte
{
    /// <summary>
    /// A copy that follows the same log. It answers while there is no owner, or in the place of the owner when it is up to date.
    /// </summary>
    Standby = 0,

    /// <summary>The replica to which reads of the partition are routed.</summary>
    Owner = 1,
}
