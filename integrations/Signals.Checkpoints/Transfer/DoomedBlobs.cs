using System.Collections.Concurrent;
using Signals.Checkpoints.Formats;
using Signals.Maintenance;

namespace Signals.Checkpoints.Transfer;

/// <summary>
/// The blobs that are in a target before an erasure's swap of <c>CURRENT</c>: all of them but those that the new checkpoint names are
/// deleted after it. Thread contract: one thread. Lifetime: one attempt.
/// </summary>
/// <remarks>
/// No name is given twice, so a blob that is stored after the list was made is never deleted. An upload that stored one of these fails to
/// swap, sees another erasure stated, and stores its parts again.
/// </remarks>
internal sealed class DoomedBlobs
{
    private static readonly ulong[] Magics = [CheckpointFormat.PartMagic, CheckpointFormat.ManifestMagic, CheckpointFormat.CurrentMagic, 0];

    private readonly CheckpointTarget _target;
    private readonly List<StoredBlob> _blobs;

    private DoomedBlobs(CheckpointTarget target, List<StoredBlob> blobs) => (_target, _blobs) = (target, blobs);

    /// <summary>Lists what is there now.</summary>
    /// <exception cref="CheckpointTargetException">The target failed.</exception>
    public static async Task<DoomedBlobs> ListAsync(CheckpointTarget target, CancellationToken cancellationToken)
    {
        List<StoredBlob> blobs = [];

        // The order in which an upload makes them, backwards: what has become something else meanwhile is seen as that.
        foreach (string prefix in (string[])[BlobNames.Temporaries, BlobNames.Manifests, BlobNames.Parts])
        {
            await foreach (StoredBlob blob in target.ListAsync(prefix, cancellationToken).ConfigureAwait(false))
            {
                if (IsOurs(blob.Name))
                {
                    blobs.Add(blob);
                }
            }
        }

        return new DoomedBlobs(target, blobs);
    }

    /// <summary>The blobs whose names are ours.</summary>
    public IReadOnlyList<StoredBlob> Blobs => _blobs;

    /// <summary>Their names.</summary>
    public IEnumerable<string> Names => _blobs.Select(blob => blob.Name);

    /// <summary>
    /// When the newest of them was stored, by the clock of the target, if that is later than another time. A target gives the last of all
    /// dates to a blob whose time it does not know; no upload believes in such a blob, so it does not count.
    /// </summary>
    public DateTimeOffset NewestOr(DateTimeOffset time) => _blobs.Select(blob => blob.StoredAt)
        .Where(storedAt => storedAt != DateTimeOffset.MaxValue).Append(time).Max();

    /// <summary>
    /// Deletes all but some. A blob that does not begin as one of ours stays. A repetition deletes what is left.
    /// </summary>
    /// <returns>What was deleted.</returns>
    /// <exception cref="CheckpointTargetException">The target failed. Some are deleted.</exception>
    public async Task<IReadOnlyList<CheckpointFile>> DeleteAsync(
        HashSet<string> kept, CheckpointOptions options, CancellationToken cancellationToken)
    {
        ConcurrentBag<CheckpointFile> deleted = [];
        ParallelOptions parallel = new() { MaxDegreeOfParallelism = options.Parallelism, CancellationToken = cancellationToken };
        await Parallel.ForEachAsync(_blobs.Where(blob => !kept.Contains(blob.Name)), parallel, async (blob, token) =>
        {
            if (await BlobReader.BeginsAsAsync(_target, blob.Name, Magics, token).ConfigureAwait(false))
            {
                await _target.DeleteAsync(blob.Name, token).ConfigureAwait(false);
                deleted.Add(Describe(blob));
            }
        }).ConfigureAwait(false);
        return [.. deleted.OrderBy(file => file.Name, StringComparer.Ordinal)];
    }

    /// <summary>
    /// A blob with the hash that is its name and the number of bytes that were hashed: a part without its header, a manifest with it. Of a
    /// temporary file no hash is known.
    /// </summary>
    public static CheckpointFile Describe(StoredBlob blob) =>
        BlobNames.TryParsePart(blob.Name, out ContentHash hash, out _)
            ? new CheckpointFile(blob.Name, Math.Max(0, blob.Length - CheckpointFormat.HeaderBytes), hash.ToString())
            : new CheckpointFile(blob.Name, blob.Length, BlobNames.TryParseManifest(blob.Name, out hash) ? hash.ToString() : "");

    private static bool IsOurs(string name) => BlobNames.TryParsePart(name, out _, out _)
        || BlobNames.TryParseManifest(name, out _) || BlobNames.IsTemporary(name);
}
