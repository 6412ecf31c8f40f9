namespace Signals.Maintenance;

/// <summary>The result of <see cref="SignalStore.CheckpointAsync"/>. Immutable.</summary>
public sealed class CheckpointInfo
{
    /// <summary>The folder of the checkpoint.</summary>
    public string Directory { get; internal init; } = "";

    /// <summary>How many files of tables and logs it holds.</summary>
    public int Files { get; internal init; }

    /// <summary>Bytes of these files.</summary>
    public long Bytes { get; internal init; }

    /// <summary>
    /// How many of these bytes are in hard links, which take no space of their own as long as the store keeps the file, too.
    /// </summary>
    public long SharedBytes { get; internal init; }
}
