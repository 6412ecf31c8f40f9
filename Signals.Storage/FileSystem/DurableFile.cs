namespace Signals.Storage.FileSystem;

/// <summary>
/// Puts a whole file in place, so that its name never shows anything but complete and durable content. Thread contract: any
/// thread, one at a time per path. Stateless.
/// </summary>
internal static class DurableFile
{
    /// <summary>
    /// The suffix of a file that does not have its final name yet. A store deletes its own files of this kind when it opens.
    /// </summary>
    public const string TemporarySuffix = ".tmp";

    /// <summary>
    /// Writes a temporary file, syncs it, renames it to <paramref name="path"/> and syncs the directory. A file that is already
    /// at the path is replaced.
    /// </summary>
    public static void Publish(IFileSystem files, string path, Action<IFile> write)
    {
        string temporary = OwnContent.FreeTemporary(files, path + TemporarySuffix);
        using (IFile file = files.Open(temporary, FileOpenMode.CreateNew))
        {
            try
            {
                write(file);
            }
            catch
            {
                TryDelete(files, temporary);
                throw;
            }

            file.Sync();
        }

        files.Rename(temporary, path);
        files.SyncDirectory(DirectoryOf(path));
    }

    private static void TryDelete(IFileSystem files, string path)
    {
        try
        {
            files.Delete(path);
        }
        catch (FileOperationException)
        {
            // The error that is thrown already says what went wrong first.
        }
    }

    /// <summary>The directory that contains a path.</summary>
    public static string DirectoryOf(string path) =>
        Path.GetDirectoryName(path) is { Length: > 0 } directory ? directory : ".";
}
