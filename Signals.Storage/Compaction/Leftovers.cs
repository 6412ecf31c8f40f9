using Signals.Storage.FileSystem;

namespace Signals.Storage.Compaction;

/// <summary>Files of work that came to nothing. Stateless.</summary>
internal static class Leftovers
{
    /// <summary>Deletes those that are there. One that cannot be deleted is in no manifest, and is removed at the next open.</summary>
    public static void Delete(IFileSystem files, string directory, IEnumerable<string> names)
    {
        foreach (string name in names)
        {
            string path = Path.Combine(directory, name);
            try
            {
                if (files.FileExists(path))
                {
                    files.Delete(path);
                }
            }
            catch (FileOperationException)
            {
                // The error that led here is the one to tell.
            }
        }
    }
}
