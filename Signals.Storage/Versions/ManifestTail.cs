using Signals.Core.Model;
using Signals.Storage.FileSystem;

namespace Signals.Storage.Versions;

/// <summary>Where the manifest ended that a state was read from: behind it an edit may have been lost, which looks like lost files. Immutable.</summary>
/// <param name="Path">The manifest.</param>
/// <param name="EndOffset">Behind its last good edit.</param>
/// <param name="IsTorn">Whether bytes follow that are no edit.</param>
internal sealed record ManifestTail(string Path, long EndOffset, bool IsTorn)
{
    /// <summary>
    /// The error for a file that a state needs and that is gone. An edit that replaced it may be what is gone: then the manifest's end does
    /// not fit, or there is a file newer than all that it knows.
    /// </summary>
    /// <param name="files">The file system.</param>
    /// <param name="directory">The store's folder.</param>
    /// <param name="state">What the manifest says.</param>
    /// <param name="name">The file that is gone.</param>
    public static CorruptionException Missing(IFileSystem files, string directory, ManifestState state, string name)
    {
        if (state.Tail is not { } tail)
        {
            return new CorruptionException(System.IO.Path.Combine(directory, name), 0, "The manifest needs this file, but it is missing; restore the store from a checkpoint.");
        }

        string? newer = files.ListFiles(directory).Where(file => NumberOf(file) >= state.NextFileNumber).MinBy(NumberOf);
        if (tail.IsTorn || newer is not null)
        {
            string sign = tail.IsTorn ? "bytes follow that are no edit" : $"'{newer}' is newer than every file that it knows";
            return new CorruptionException(
                tail.Path,
                tail.EndOffset,
                $"The manifest ends here, yet {sign}, and '{name}', which it needs, is gone: an edit behind this place was lost or damaged. Restore the store from a checkpoint, or salvage it.");
        }

        return new CorruptionException(
            System.IO.Path.Combine(directory, name), 0, $"The manifest, whole up to offset {tail.EndOffset}, needs this file, but it is missing; restore the store from a checkpoint.");
    }

    /// <summary>The error for a manifest that says the store is new, beside a file that only an older store has.</summary>
    public static CorruptionException LostEnd(string directory, ManifestState state, string file) => new(
        state.Tail?.Path ?? System.IO.Path.Combine(directory, StoreFiles.Current),
        state.Tail?.EndOffset ?? 0,
        $"The manifest ends here and names no log yet, as that of a new store does, but '{file}' is there: the edits behind this place were lost or damaged. Restore the store from a checkpoint, or salvage it.");

    private static ulong NumberOf(string name) =>
        StoreFiles.Classify(name, out ulong number) is StoreFileKind.Table or StoreFileKind.Segment or StoreFileKind.ColumnFile ? number : 0;
}
