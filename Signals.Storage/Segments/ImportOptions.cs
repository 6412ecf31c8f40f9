namespace Signals.Offline;

/// <summary>How a segment is imported.</summary>
public sealed class ImportOptions
{
    /// <summary>
    /// If true, the import takes the file itself where the file system allows that, and copies it otherwise. Either way the file
    /// is removed from its place once the import has succeeded, and stays there if the import fails. Nobody may write to the file
    /// any more. If false, the file is copied and stays. Default false.
    /// </summary>
    public bool Move { get; init; }

    /// <summary>Receives the progress of the import, on the thread that imports; null to report nothing.</summary>
    public IProgress<ImportProgress>? Progress { get; init; }
}
