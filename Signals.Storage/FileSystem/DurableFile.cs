namespace Signals.Storage.FileSystem;

/// <summary>
/// Puts a whole file in place so that its name never shows anything but its complete, durable content. Threads: any, one per path.
/// Holds nothing.
/// </summary>
internal static class DurableFile
{
    /// <summary>The suffix of a file that has no name yet; a store deletes such files of its own when it opens.</summary>
    public const string TemporarySuffix = ".tmp";

    /// <summary>
    /// Writes a temporary file, syncs it, renames it to <paramref name="path"/>, which it replaces, and syncs the directory.
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
            // The first error is the one to tell.
        }
    }

    /// <summary>The directory that holds a path's name.</summary>
    public static string DirectoryOf(string path) =>
        Path.GetDirectoryName(path) is { Length: > 0 } directory ? directory : ".";
}
