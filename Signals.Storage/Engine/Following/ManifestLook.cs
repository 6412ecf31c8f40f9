using Signals.Storage.FileSystem;
using Signals.Storage.Tables;
using Signals.Storage.Versions;

namespace Signals.Storage.Engine.Following;

/// <summary>What the manifest of a store said at one moment, while another process may write it. Immutable.</summary>
/// <param name="Number">The number of the manifest.</param>
/// <param name="Length">Its length before it was read. It may have been read further.</param>
/// <param name="Identity">Which file it is; null when it was gone.</param>
/// <param name="State">The sum of the edits that were read.</param>
internal sealed record ManifestLook(ulong Number, long Length, FileIdentity? Identity, ManifestState State)
{
    /// <summary>Reads the manifest that <c>CURRENT</c> names, unless it is the same file and as long as it was.</summary>
    /// <param name="folder">The store's folder.</param>
    /// <param name="before">The last look; null for none.</param>
    /// <exception cref="CorruptionException">
    /// <c>CURRENT </c> or the manifest is damaged or missing; or the manifest was replaced in this moment, and the next look succeeds.
    /// </exception>
    public static ManifestLook Read(StoreFolder folder, ManifestLook? before)
    {
        (ulong number, long snapshotEnd) = CurrentFile.Read(folder);
        string path = folder.Manifest(number);
        FileIdentity? identity = folder.Files.IdentityOf(path);
        long length = folder.Files.FileExists(path) ? LengthOf(folder.Files, path) : 0;
        return before?.Number == number && before.Length == length && before.Identity == identity
            ? before
            : new ManifestLook(number, length, identity, Manifest.Read(folder, number, snapshotEnd));
    }

    /// <summary>
    /// Whether the edits between this look and a later one change no answer, as flushes and merges do: the state of this one with records
    /// that were read between the two is one that the store had. An import, a declaration, a new schema or corrections that left their
    /// tables belong before the records that came later.
    /// </summary>
    public bool AnswersAs(ManifestLook later) => ReferenceEquals(this, later)
        || (State.Segments.Count == later.State.Segments.Count
            && State.HasSchemaOf(later.State)
            && State.CompleteUpTo.SequenceEqual(later.State.CompleteUpTo)
            && PatchesOf(State).SequenceEqual(PatchesOf(later.State)));

    private static IEnumerable<ulong> PatchesOf(ManifestState state) =>
        state.Tables.Values.Where(table => table.Kind == RunKind.Patches).Select(table => table.Number);

    private static long LengthOf(IFileSystem files, string path)
    {
        using IFile file = files.Open(path, FileOpenMode.Read);
        return file.Length;
    }
}
