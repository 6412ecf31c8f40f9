using Signals.Checkpoints.Formats;

namespace Signals.Checkpoints.Transfer;

/// <summary>Makes a checkpoint whose parts are stored the current one. Thread contract: any thread; stateless.</summary>
internal static class ManifestPublisher
{
    /// <summary>
    /// Stores a manifest and swaps <c>CURRENT</c> to it. An answer may be lost, and a client library may repeat a swap that had
    /// succeeded, so the truth is what <c>CURRENT</c> names afterwards.
    /// </summary>
    /// <returns>What <c>CURRENT</c> names afterwards.</returns>
    /// <exception cref="CheckpointTargetException">The target failed, or the deadline is over.</exception>
    public static async Task<CurrentCheckpoint?> PublishAsync(
        CheckpointTarget target, CheckpointManifest manifest, CurrentCheckpoint? current, Deadline deadline,
        CancellationToken cancellationToken)
    {
        byte[] blob = ManifestFormat.Write(manifest);
        if (blob.Length > CheckpointFormat.MaxManifestBytes)
        {
            throw new InvalidOperationException(
                $"The manifest has {blob.Length} bytes; readers take {CheckpointFormat.MaxManifestBytes}. Set a greater PartBytes.");
        }

        ContentHash hash = ContentHash.Of(blob);
        await target.PutIfAbsentAsync(BlobNames.Manifest(hash), blob, cancellationToken).ConfigureAwait(false);
        deadline.Require(target);
        byte[] pointer = CurrentFormat.Write(hash, blob.Length);
        try
        {
            if (await target.TryReplaceCurrentAsync(pointer, current?.Tag, cancellationToken).ConfigureAwait(false))
            {
                return new CurrentCheckpoint("", hash, manifest);
            }
        }
        catch (CheckpointTargetException)
        {
            CurrentCheckpoint? now = await CurrentCheckpoint.ReadAsync(target, cancellationToken).ConfigureAwait(false);
            if (now?.Hash == hash)
            {
                return now;
            }

            throw;
        }

        return await CurrentCheckpoint.ReadAsync(target, cancellationToken).ConfigureAwait(false);
    }
}
