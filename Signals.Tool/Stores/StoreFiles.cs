namespace Signals.Tool.Stores;

/// <summary>Copies of a store's files.</summary>
/// <remarks>Thread contract: any thread.</remarks>
internal static class StoreFiles
{
    /// <summary>Copies a file so that a store can be opened with the copy: it may be written even when the original may only be read.</summary>
    /// <exception cref="IOException">The target exists, or a file operation failed.</exception>
    public static void CopyWritable(FileInfo file, string target) => file.CopyTo(target).IsReadOnly = false;
}
