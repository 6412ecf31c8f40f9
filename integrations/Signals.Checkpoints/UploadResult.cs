namespace Signals.Checkpoints;

/// <summary>The result of <see cref="CheckpointUploader.UploadAsync"/>. Immutable.</summary>
public sealed class UploadResult
{
    /// <summary>How it ended.</summary>
    public required UploadOutcome Outcome { get; init; }

    /// <summary>The checkpoint that <c>CURRENT</c> named at the end.</summary>
    public required StoredCheckpoint Checkpoint { get; init; }

    /// <summary>Bytes that were sent as parts of files.</summary>
    public required long BytesSent { get; init; }

    /// <summary>How many parts were sent.</summary>
    public required int PartsSent { get; init; }

    /// <summary>How many files were read. The others were known from an earlier upload.</summary>
    public required int FilesRead { get; init; }

    /// <summary>How long it took.</summary>
    public required TimeSpan Duration { get; init; }
}
