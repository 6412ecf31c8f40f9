namespace Signals.Tool.Stores;

/// <summary>Copies files of a store.</summary>
/// <remarks>Thread contract: any thread.</remarks>
internal static class StoreFiles
{
    /// <summary>
    /// Copies a file so that a store can be opened with the copy: the copy is writable even when the original is read-only.
    /// </summary>
    /// <exception cref="IOException">The target exists, or a file operation failed.</exception>
    public static void CopyWritable(FileInfo file, string target) => file.CopyTo(target).IsReadOnly = false;
}
