using Signals.Checkpoints.Formats;

namespace Signals.Checkpoints.Transfer;

/// <summary>Deletes folders of stores, and nothing else. Thread contract: one thread for each folder; stateless.</summary>
internal static class StoreFolders
{
    private const string Staging = "staging"; // empty unless an import runs

    /// <summary>The name of a file or folder in it that no store writes; null when there is none.</summary>
    public static string? FindForeign(string path) =>
        Path.GetFileName(Directory.EnumerateFileSystemEntries(path).FirstOrDefault(entry => !IsOurs(entry)));

    /// <summary>
    /// Deletes a folder that is known to be ours to delete, if it holds only files of a store. Nothing happens when there is none.
    /// </summary>
    /// <exception cref="FileOperationException">It holds something else, or a file cannot be deleted.</exception>
    /// <exception cref="StoreLockedException">A process has it open as a store.</exception>
    public static void Delete(string path)
    {
        if (!Directory.Exists(path))
        {
            return;
        }

        try
        {
            if (FindForeign(path) is { } foreign)
            {
                throw new FileOperationException(
                    "delete", path, $"it holds '{foreign}', which no store wrote; remove the folder or choose another name");
            }

            using StoreLock held = StoreLock.Take(path);
            held.ReleaseIfOpenFilesStay();
            foreach (string file in Directory.GetFiles(path))
            {
                File.Delete(file);
            }

            foreach (string folder in Directory.GetDirectories(path))
            {
                Directory.Delete(folder);
            }

            Directory.Delete(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new FileOperationException("delete", path, e.Message, e);
        }
    }

    private static bool IsOurs(string entry)
    {
        string name = Path.GetFileName(entry);
        return File.Exists(entry)
            ? StoreFileNames.IsOfAStore(name)
            : name == Staging && !Directory.EnumerateFileSystemEntries(entry).Any();
    }
}
