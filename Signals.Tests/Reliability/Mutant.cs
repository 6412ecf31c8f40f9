namespace Signals.Tests.Reliability;

/// <summary>A bug that <see cref="MutantFileSystem"/> plants between the engine and the disk.</summary>
internal enum Mutant
{
    /// <summary>No bug: the control.</summary>
    None,

    /// <summary>Directories are never synced.</summary>
    SkipDirectorySync,

    /// <summary>The directory is not synced after tables were made.</summary>
    SkipTableDirectorySync,

    /// <summary>Tables are not synced before the manifest names them.</summary>
    SkipTableSync,

    /// <summary>The copy of a segment is not synced before the manifest names it.</summary>
    SkipSegmentSync,

    /// <summary>A column file is not synced before the manifest names it.</summary>
    SkipColumnFileSync,

    /// <summary>The log is not synced.</summary>
    SkipLogSync,

    /// <summary>The manifest is not synced.</summary>
    SkipManifestSync,

    /// <summary>A published file is synced after its name, not before.</summary>
    SyncAfterPublish,

    /// <summary>The log's sync returns before it is done.</summary>
    AckBeforeSync,

    /// <summary>A log write returns before the system has it.</summary>
    AckBeforeWrite,

    /// <summary>A failed file sync is ignored.</summary>
    SwallowSyncError,

    /// <summary>A failed file sync is tried again.</summary>
    RetrySync,

    /// <summary>A failed write is ignored.</summary>
    SwallowWriteError,

    /// <summary>A failed rename is ignored.</summary>
    SwallowRenameError,

    /// <summary>A failed directory sync is ignored.</summary>
    SwallowDirectorySyncError,

    /// <summary>A full log gets no seal.</summary>
    SkipSeal,

    /// <summary>A torn log is not replaced by its repaired copy.</summary>
    KeepTornTail,

    /// <summary>CURRENT is not moved to a new manifest.</summary>
    StaleCurrent,

    /// <summary>A rename deletes its target first.</summary>
    RenameByDelete,

    /// <summary>A log goes when the flush begins, not when it is done.</summary>
    DeleteLogEarly,

    /// <summary>A segment goes when a fold begins, not when it is done.</summary>
    DeleteSegmentEarly,

    /// <summary>The payload of a manifest frame is not written.</summary>
    DropManifestPayload,

    /// <summary>Checksums of log and manifest frames are not looked at.</summary>
    ChecksumOff,

    /// <summary>The owner does not look whether its lock is still its own.</summary>
    LockNotLookedAt,
}
