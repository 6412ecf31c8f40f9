using System.Runtime.CompilerServices;
using Signals.Checkpoints.Formats;

namespace Signals.Checkpoints.Transfer;

/// <summary>
/// The checkpoints that <c>CURRENT</c> named, newest first: each manifest states the hash of the one that it replaced, so a manifest
/// that lost a race is not among them. Thread contract: any thread; stateless.
/// </summary>
internal static class CheckpointChain
{
    /// <summary>Reads it until a manifest is missing, which is where the retention ends.</summary>
    /// <exception cref="CorruptionException"><c>CURRENT</c> or a manifest is damaged.</exception>
    public static async IAsyncEnumerable<(ContentHash Hash, CheckpointManifest Manifest)> ReadAsync(
        CheckpointTarget target, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        CurrentCheckpoint? current = await CurrentCheckpoint.ReadAsync(target, cancellationToken).ConfigureAwait(false);
        if (current is null)
        {
            yield break;
        }

        yield return (current.Hash, current.Manifest);
        ContentHash? next = current.Manifest.Previous;
        while (next is { } hash
            && await BlobReader.TryReadManifestAsync(target, hash, cancellationToken).ConfigureAwait(false) is { } manifest)
        {
            yield return (hash, manifest);
            next = manifest.Previous;
        }
    }
}
