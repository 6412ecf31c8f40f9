namespace Signals.Checkpoints;

/// <summary>How an upload ended without an error.</summary>
public enum UploadOutcome
{
    /// <summary><c>CURRENT</c> names the new checkpoint.</summary>
    Published = 0,

    /// <summary><c>CURRENT</c> names a checkpoint with the same files and position. Nothing was changed.</summary>
    Unchanged = 1,

    /// <summary>
    /// <c>CURRENT</c> names a checkpoint that is further than this store: its position covers that of the store, and not the other way
    /// around. Another owner made it. Nothing was changed.
    /// </summary>
    Overtaken = 2,

    /// <summary>
    /// <c>CURRENT</c> names a checkpoint that is further in one source, and this store in another: neither covers the other. Two owners
    /// do not read the same sources, or one lost events. Nothing was changed. Checkpoints of this store are refused until that is mended.
    /// </summary>
    Diverged = 3,
}
