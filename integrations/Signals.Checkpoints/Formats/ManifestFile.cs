namespace Signals.Checkpoints.Formats;

/// <summary>A file of a checkpoint: its parts in order, then zeros up to its length. Immutable.</summary>
/// <param name="Name">The name in the store's folder.</param>
/// <param name="Length">Bytes of the file.</param>
/// <param name="Parts">Its content up to the zeros.</param>
internal sealed record ManifestFile(string Name, long Length, PartRef[] Parts)
{
    /// <summary>Whether the content is the same, whichever blobs hold it.</summary>
    public bool HasContentOf(ManifestFile other) =>
        Name == other.Name && Length == other.Length
        && Parts.Select(part => (part.Hash, part.Length)).SequenceEqual(other.Parts.Select(part => (part.Hash, part.Length)));
}
