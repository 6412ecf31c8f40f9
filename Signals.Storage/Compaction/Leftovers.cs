using Signals.Storage.Versions;

namespace Signals.Storage.Compaction;

/// <summary>Files of work that came to nothing. Stateless.</summary>
internal static class Leftovers
{
    /// <summary>Deletes those that are there. One that cannot be deleted is in no manifest, and is removed at the next open.</summary>
    public static void Delete(StoreFolder folder, IEnumerable<string> names)
    {
        foreach (string name in names)
        {
            string path = folder.PathOf(name);
            try
            {
                if (folder.Files.FileExists(path))
                {
                    folder.Files.Delete(path);
                }
            }
            catch (FileOperationException)
            {
                // The error that led here is the one to tell.
            }
        }
    }
}
