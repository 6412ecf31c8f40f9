namespace Signals.Storage.Maintenance;

/// <summary>What a salvage copied and what it could not. Immutable.</summary>
public sealed class SalvageReport
{
    internal SalvageReport(string directory, int tables, long rows, long frames, IReadOnlyList<SalvageLoss> losses) =>
        (Directory, Tables, Rows, LogFrames, Losses) = (directory, tables, rows, frames, losses);

    /// <summary>The new folder.</summary>
    public string Directory { get; }

    /// <summary>Tables that were copied, whole or in part.</summary>
    public int Tables { get; }

    /// <summary>Rows in these tables.</summary>
    public long Rows { get; }

    /// <summary>Frames of logs that were copied.</summary>
    public long LogFrames { get; }

    /// <summary>What is lost; empty when everything was intact.</summary>
    public IReadOnlyList<SalvageLoss> Losses { get; }
}
