using Signals.Storage.History;
using Signals.Storage.Versions;

namespace Signals.Storage.Engine.Recovery;

/// <summary>Finds out at open which kept versions can still be read.</summary>
/// <remarks>
/// Thread contract: the opening thread. <see cref="Read"/> only reads; <see cref="Forget"/> is called when the opening begins to change
/// the store.
/// </remarks>
internal static class HistoryRecovery
{
    /// <summary>
    /// Reads the list of kept versions, without the versions of which a file or a log is missing, and without those before them. A
    /// version that cannot be read whole has expired.
    /// </summary>
    /// <exception cref="CorruptionException">A list is damaged, or the manifest knows of one and there is none.</exception>
    public static HistoryContent Read(StoreFolder folder, ManifestState state)
    {
        HistoryContent content = HistoryFile.Read(folder);
        if (state.KeepsVersions && content.Versions.Count == 0)
        {
            throw new CorruptionException(
                folder.Versions(Math.Max(1, content.HighestFile)),
                0,
                "The manifest says that versions are kept, but the list of them is gone. Put the file back, or open the store once "
                + "with VersionRetention.None to go on without its past.");
        }

        HashSet<string> there = [.. folder.ListFiles()];
        int gone = content.Versions.FindLastIndex(version =>
            !there.Contains(StoreFiles.Log(version.FirstLog)) || version.DataFiles().Any(name => !there.Contains(name)));
        content.RemoveOldest(gone + 1);
        return content;
    }

    /// <summary>Deletes the list of a store that keeps no versions any more.</summary>
    public static void Forget(StoreFolder folder) => HistoryFile.DeleteOthers(folder, kept: 0);
}
