namespace Signals.Storage.Segments;

/// <summary>How a segment is imported.</summary>
public sealed class ImportOptions
{
    /// <summary>
    /// Takes the file itself where the file system lets it, and copies it otherwise; either way the file is gone from its place once the
    /// import has succeeded, and still there when it has not. Nobody may write to it any more. By default the file is copied and stays.
    /// </summary>
    public bool Move { get; init; }

    /// <summary>Is told how far the import is, on the thread that does it; null for nobody.</summary>
    public IProgress<ImportProgress>? Progress { get; init; }
}
