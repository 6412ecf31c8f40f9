namespace Signals.Checkpoints.Formats;

/// <summary>A part of a file: its content by hash, and the blob that holds it. Immutable.</summary>
/// <param name="Hash">The hash of the content.</param>
/// <param name="Length">Bytes of the content, without the blob's header.</param>
/// <param name="Copy">Which of the blobs with this content; a random number, see <see cref="BlobNames.Part"/>.</param>
internal readonly record struct PartRef(ContentHash Hash, int Length, uint Copy)
{
    public string BlobName => BlobNames.Part(Hash, Copy);
}
