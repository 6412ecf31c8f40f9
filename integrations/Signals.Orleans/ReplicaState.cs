namespace Signals.Orleans;

/// <summary>What a replica does at the moment.</summary>
public enum ReplicaState : byte
{
    /// <summary>Its store is being opened, or restored from a checkpoint.</summary>
    Opening = 0,

    /// <summary>It reads the log, and has not caught up with its end since it was opened.</summary>
    CatchingUp = 1,

    /// <summary>It caught up and follows the log.</summary>
    Following = 2,

    /// <summary>It failed, and is opened again after a pause. <see cref="ReplicaReport.Error"/> says why.</summary>
    Failed = 3,

    /// <summary>It is being closed, because other machines have the partition now or because this machine stops.</summary>
    Closing = 4,

    /// <summary>
    /// It stands before a record that no replica can apply or keep aside, or that this one cannot apply, and answers as of then.
    /// <see cref="ReplicaReport.Error"/> says which record it is. It tries again every few seconds.
    /// </summary>
    Stopped = 5,
}
