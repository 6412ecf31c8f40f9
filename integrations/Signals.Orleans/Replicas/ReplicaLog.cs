using Microsoft.Extensions.Logging;

namespace Signals.Orleans.Replicas;

/// <summary>What replicas log. Event ids are stable.</summary>
internal static partial class ReplicaLog
{
    [LoggerMessage(1100, LogLevel.Information, "Partition {Partition} is open at {Position}")]
    public static partial void Opened(ILogger logger, int partition, long position);

    [LoggerMessage(1101, LogLevel.Information, "Partition {Partition} has caught up at {Position}")]
    public static partial void CaughtUp(ILogger logger, int partition, long position);

    [LoggerMessage(1102, LogLevel.Error, "Partition {Partition} is out of service, and is opened again in {Milliseconds:F0} ms")]
    public static partial void Failed(ILogger logger, int partition, double milliseconds, Exception error);

    [LoggerMessage(1103, LogLevel.Warning, "Partition {Partition} cannot learn the end of its log; its lag grows")]
    public static partial void EndUnknown(ILogger logger, int partition, Exception error);

    [LoggerMessage(1104, LogLevel.Information, "Partition {Partition} is owned here: {Reason}")]
    public static partial void Owned(ILogger logger, int partition, string reason);

    [LoggerMessage(1105, LogLevel.Information, "Partition {Partition} is not owned here any more: {Reason}")]
    public static partial void Disowned(ILogger logger, int partition, string reason);

    [LoggerMessage(1106, LogLevel.Information, "Partition {Partition} is asked to move to {Silo}")]
    public static partial void Moving(ILogger logger, int partition, string silo);

    [LoggerMessage(1107, LogLevel.Information, "Partition {Partition} is closed here: other machines have it")]
    public static partial void Released(ILogger logger, int partition);

    [LoggerMessage(1108, LogLevel.Warning, "The replicas of this machine could not be looked after; it is tried again")]
    public static partial void RoundFailed(ILogger logger, Exception error);

    [LoggerMessage(1110, LogLevel.Information, "Partition {Partition} is not settled yet: {Reason}; it is tried again")]
    public static partial void NotSettled(ILogger logger, int partition, string reason);

    [LoggerMessage(1109, LogLevel.Error, "The checkpoints of partition {Partition} ended; they are begun again")]
    public static partial void CheckpointsFailed(ILogger logger, int partition, Exception error);

    [LoggerMessage(1111, LogLevel.Warning, "Partition {Partition} opens its folder as it is: its checkpoints cannot be used")]
    public static partial void RestoreSkipped(ILogger logger, int partition, Exception error);

    [LoggerMessage(1112, LogLevel.Error, "Partition {Partition} sends no more checkpoints: its store is damaged")]
    public static partial void CheckpointsStopped(ILogger logger, int partition, Exception? error);

    [LoggerMessage(1113, LogLevel.Information, "Partition {Partition} goes on with its folder, {Missing} records behind the checkpoint")]
    public static partial void FolderKept(ILogger logger, int partition, long missing);

    [LoggerMessage(1114, LogLevel.Warning, "Partition {Partition} begins with the checkpoint: the log does not say what it still has")]
    public static partial void ReachUnknown(ILogger logger, int partition, Exception error);

    [LoggerMessage(1115, LogLevel.Error,
        "Partition {Partition} stands before a record that cannot be applied, and tries again in {Milliseconds:F0} ms")]
    public static partial void Stopped(ILogger logger, int partition, double milliseconds, Exception error);

    [LoggerMessage(1116, LogLevel.Warning,
        "Partition {Partition} does not know which of its checkpoints is damaged, so it may fetch the same one again")]
    public static partial void DamagedUnknown(ILogger logger, int partition, Exception error);

    [LoggerMessage(1117, LogLevel.Information, "The membership could not be read: {Reason}; it is tried again")]
    public static partial void NotRefreshed(ILogger logger, string reason);
}
