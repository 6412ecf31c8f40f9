using Signals.Core.Model;
using Signals.Storage.FileSystem;
using Signals.Storage.History;
using Signals.Storage.Versions;

namespace Signals.Storage.Engine;

/// <summary>Finds at open which kept versions can still be read.</summary>
/// <remarks>Thread contract: the opening thread. <see cref="Read"/> only reads; <see cref="Forget"/> comes with the other changes of an opening.</remarks>
internal static class HistoryRecovery
{
    /// <summary>
    /// The list of the folder without the versions of which a file or a log is missing, and without those before them. Nothing of a version
    /// is ever made up: what cannot be read whole has expired.
    /// </summary>
    /// <exception cref="CorruptionException">A list is damaged, or the manifest knows of one and there is none.</exception>
    public static HistoryContent Read(IFileSystem files, string directory, ManifestState state, out ulong highest)
    {
        HistoryContent content = HistoryFile.Read(files, directory, out highest);
        if (state.KeepsVersions && content.Versions.Count == 0)
        {
            throw new CorruptionException(
                Path.Combine(directory, StoreFiles.Versions(Math.Max(1, highest))),
                0,
                "The manifest says that versions are kept, but the list of them is gone. Put the file back, or open the store once with VersionRetention.None to go on without its past.");
        }

        HashSet<string> there = [.. files.ListFiles(directory)];
        int gone = content.Versions.FindLastIndex(version =>
            !there.Contains(StoreFiles.Log(version.FirstLog)) || version.DataFiles().Any(name => !there.Contains(name)));
        content.RemoveOldest(gone + 1);
        return content;
    }

    /// <summary>Deletes the list of a store that keeps no versions any more.</summary>
    public static void Forget(IFileSystem files, string directory) => HistoryFile.DeleteOthers(files, directory, kept: 0);
}
