namespace Signals.Orleans;

/// <summary>
/// What the health checks of a machine complain about, beside what is always a complaint: a failed store, a truncated log, a replica that
/// is not open, an owner without a standby, and checkpoints older than <see cref="Checkpoints.CheckpointScheduleOptions.MaxAge"/>.
/// </summary>
public sealed class ClusterHealthOptions
{
    /// <summary>A replica may be this late. Default 10 s.</summary>
    public TimeSpan MaxLag { get; set; } = TimeSpan.FromSeconds(10);
}
