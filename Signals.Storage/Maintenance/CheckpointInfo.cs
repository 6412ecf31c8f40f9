namespace Signals.Storage.Maintenance;

/// <summary>What <see cref="SignalStore.CheckpointAsync"/> made. Immutable.</summary>
public sealed class CheckpointInfo
{
    /// <summary>The folder.</summary>
    public string Directory { get; internal init; } = "";

    /// <summary>Files of tables and logs in it.</summary>
    public int Files { get; internal init; }

    /// <summary>Their bytes.</summary>
    public long Bytes { get; internal init; }

    /// <summary>Those of the bytes that take no space of their own as long as the store keeps the file, too: hard links.</summary>
    public long SharedBytes { get; internal init; }
}
