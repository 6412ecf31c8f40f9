namespace Signals.Storage.Versions;

/// <summary>
/// The end of the manifest from which a state was read. An edit after it may have been lost, which looks like lost files.
/// Immutable.
/// </summary>
/// <param name="Path">The path of the manifest.</param>
/// <param name="EndOffset">The offset after its last good edit.</param>
/// <param name="IsTorn">Whether bytes that are not an edit follow.</param>
internal sealed record ManifestTail(string Path, long EndOffset, bool IsTorn)
{
    /// <summary>
    /// The exception for a file that a state needs and that does not exist. The reason may be that the edit that replaced the
    /// file was lost. In that case the manifest has a torn end, or the folder has a file that is newer than all files that the
    /// manifest knows.
    /// </summary>
    /// <param name="folder">The store's folder.</param>
    /// <param name="state">The state that the manifest records.</param>
    /// <param name="name">The file that does not exist.</param>
    public static CorruptionException Missing(StoreFolder folder, ManifestState state, string name)
    {
        if (state.Tail is not { } tail)
        {
            return new CorruptionException(
                folder.PathOf(name),
                0,
                "The manifest needs this file, but it is missing; restore the store from a checkpoint.");
        }

        string? newer = folder.ListFiles().Where(file => NumberOf(file) >= state.NextFileNumber).MinBy(NumberOf);
        if (tail.IsTorn || newer is not null)
        {
            string sign = tail.IsTorn ? "other bytes that are not an edit follow" : $"'{newer}' is newer than every file that it knows";
            return new CorruptionException(
                tail.Path,
                tail.EndOffset,
                $"The manifest ends here, but {sign}, and the file '{name}', which it needs, is missing. So an edit after this offset "
                + "was lost or damaged. Restore the store from a checkpoint, or salvage it.");
        }

        return new CorruptionException(
            folder.PathOf(name),
            0,
            $"The manifest, which is intact up to its end at offset {tail.EndOffset}, needs this file, but it is missing; "
            + "restore the store from a checkpoint.");
    }

    /// <summary>
    /// The exception for a manifest that describes a new store, in a folder with a file that only an older store has.
    /// </summary>
    public static CorruptionException LostEnd(StoreFolder folder, ManifestState state, string file) => new(
        state.Tail?.Path ?? folder.Current,
        state.Tail?.EndOffset ?? 0,
        $"The manifest ends here and names no log yet, like that of a new store, but the folder holds '{file}'. So the edits after this "
        + "offset were lost or damaged. Restore the store from a checkpoint, or salvage it.");

    private static ulong NumberOf(string name) =>
        StoreFiles.Classify(name, out ulong number) is StoreFileKind.Table or StoreFileKind.Segment or StoreFileKind.ColumnFile
            ? number
            : 0;
}
