using Signals.Checkpoints.Formats;

namespace Signals.Checkpoints.Transfer;

/// <summary>The checkpoint that <c>CURRENT</c> names. Immutable.</summary>
/// <param name="Tag">The tag of <c>CURRENT</c>, which a swap expects.</param>
/// <param name="Hash">The hash of the manifest, which is its name.</param>
/// <param name="Manifest">The manifest.</param>
internal sealed record CurrentCheckpoint(string Tag, ContentHash Hash, CheckpointManifest Manifest)
{
    private const int MostFences = 4;

    /// <summary>Reads it; null when there is no checkpoint.</summary>
    /// <exception cref="CorruptionException"><c>CURRENT</c> or the manifest is damaged.</exception>
    public static async Task<CurrentCheckpoint?> ReadAsync(CheckpointTarget target, CancellationToken cancellationToken)
    {
        // A manifest that is gone was replaced between two calls, and a collection or an erasure deleted it. An erasure does that at once,
        // so it may also go between the find and the read.
        CurrentPointer? pointer = await target.ReadCurrentAsync(cancellationToken).ConfigureAwait(false);
        while (pointer is not null)
        {
            (ContentHash hash, int length, _) = Decode(target, pointer);
            if (await target.FindAsync(BlobNames.Manifest(hash), cancellationToken).ConfigureAwait(false) is not null
                && await BlobReader.TryReadManifestAsync(target, hash, length, cancellationToken).ConfigureAwait(false) is { } manifest)
            {
                return new CurrentCheckpoint(pointer.Tag, hash, manifest);
            }

            CurrentPointer? again = await target.ReadCurrentAsync(cancellationToken).ConfigureAwait(false);
            if (again?.Tag == pointer.Tag)
            {
                throw BlobReader.Damaged(
                    target, StoreFileNames.Current, $"it names the manifest {hash}, which is missing. Begin with a new target.");
            }

            pointer = again;
        }

        return null;
    }

    /// <summary>
    /// Writes <c>CURRENT</c> anew, with the same manifest and another tag. From then on no swap succeeds whose caller read it before,
    /// however long that caller slept.
    /// </summary>
    /// <returns>False when there is no checkpoint.</returns>
    /// <exception cref="CorruptionException"><c>CURRENT</c> is damaged.</exception>
    public static async Task<bool> FenceAsync(CheckpointTarget target, CancellationToken cancellationToken)
    {
        for (int i = 0; i < MostFences; i++)
        {
            if (await target.ReadCurrentAsync(cancellationToken).ConfigureAwait(false) is not { } pointer)
            {
                return false;
            }

            (ContentHash hash, int length, uint fence) = Decode(target, pointer);
            byte[] fenced = CurrentFormat.Write(hash, length, unchecked(fence + 1));
            if (await target.TryReplaceCurrentAsync(fenced, pointer.Tag, cancellationToken).ConfigureAwait(false))
            {
                return true;
            }
        }

        throw new CheckpointTargetException(
            "swap", $"{target.Description}/{StoreFileNames.Current}", $"others replaced it {MostFences} times meanwhile; try again");
    }

    private static (ContentHash Manifest, int Length, uint Fence) Decode(CheckpointTarget target, CurrentPointer pointer)
    {
        try
        {
            return CurrentFormat.Read(pointer.Content.Span);
        }
        catch (InvalidDataException e)
        {
            throw BlobReader.Damaged(target, StoreFileNames.Current, e.Message, e);
        }
    }
}
