namespace Signals.Maintenance;

/// <summary>What a salvage copied and what it could not. Immutable.</summary>
public sealed class SalvageReport
{
    internal SalvageReport(string directory, int tables, long rows, long entries, IReadOnlyList<SalvageLoss> losses) =>
        (Directory, Tables, Rows, LogEntries, Losses) = (directory, tables, rows, entries, losses);

    /// <summary>The new folder.</summary>
    public string Directory { get; }

    /// <summary>Tables that were copied, whole or in part.</summary>
    public int Tables { get; }

    /// <summary>Rows in these tables.</summary>
    public long Rows { get; }

    /// <summary>Entries of logs that were copied.</summary>
    public long LogEntries { get; }

    /// <summary>What is lost; empty when everything was intact.</summary>
    public IReadOnlyList<SalvageLoss> Losses { get; }
}
