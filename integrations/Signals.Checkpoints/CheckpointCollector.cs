using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using Signals.Checkpoints.Formats;
using Signals.Checkpoints.Transfer;

namespace Signals.Checkpoints;

/// <summary>
/// Deletes what no kept checkpoint names: by reachability from <c>CURRENT</c>, never by a count of references. A checkpoint is kept if
/// it is the current one, if it was replaced less than the grace ago, or if it is within
/// <see cref="CheckpointOptions.RetainCount"/> and <see cref="CheckpointOptions.RetainAge"/>.
/// </summary>
/// <remarks>
/// Thread contract: any thread. Collections, uploads and erasures, of any machines, may run at the same time. A blob that is younger than
/// the grace is not deleted here, because an upload may be about to name it; only a <see cref="CheckpointEraser"/> deletes such blobs. An
/// upload that slept longer finds <c>CURRENT</c> with another tag,
/// because a collection begins by writing it anew. Nothing is deleted that does not begin as our blobs do. Memory: one hash for each part
/// of the kept checkpoints.
/// </remarks>
public sealed class CheckpointCollector
{
    // A power cut may leave a temporary file that is empty or begins with zeros.
    private const ulong NoMagic = 0;

    private static readonly ulong[] PartMagics = [CheckpointFormat.PartMagic];
    private static readonly ulong[] ManifestMagics = [CheckpointFormat.ManifestMagic];
    private static readonly ulong[] AllMagics =
        [CheckpointFormat.PartMagic, CheckpointFormat.ManifestMagic, CheckpointFormat.CurrentMagic, NoMagic];

    private readonly CheckpointTarget _target;
    private readonly CheckpointOptions _options;

    /// <summary>Creates a collector.</summary>
    /// <param name="target">Where the checkpoints lie.</param>
    /// <param name="options">Settings; null for the defaults.</param>
    /// <exception cref="ArgumentException">A setting is out of range; the message lists all of them.</exception>
    public CheckpointCollector(CheckpointTarget target, CheckpointOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(target);
        _target = target;
        _options = (options ?? new CheckpointOptions()).Validate();
    }

    /// <summary>Deletes what is garbage now. Nothing happens when there is no <c>CURRENT</c>.</summary>
    /// <exception cref="CheckpointTargetException">The target failed. Some of the garbage may be deleted.</exception>
    /// <exception cref="CorruptionException">A kept manifest is damaged. Nothing was deleted.</exception>
    public async Task<CollectionResult> CollectAsync(CancellationToken cancellationToken = default)
    {
        // Whatever is stored from now on is younger than this, however long the listing takes.
        DateTimeOffset now = _options.TimeProvider.GetUtcNow();
        if (!await CurrentCheckpoint.FenceAsync(_target, cancellationToken).ConfigureAwait(false))
        {
            return new CollectionResult { CheckpointsKept = 0, BlobsDeleted = 0, BytesDeleted = 0, ForeignBlobs = 0 };
        }

        // What is kept is read behind the fence. A checkpoint that this misses was sent by an upload that read CURRENT behind the fence.
        HashSet<string> kept = [];
        int checkpoints = 0;
        await foreach ((ContentHash hash, CheckpointManifest manifest) in KeptAsync(now, cancellationToken).ConfigureAwait(false))
        {
            checkpoints++;
            kept.Add(BlobNames.Manifest(hash));
            kept.UnionWith(manifest.Files.SelectMany(file => file.Parts).Select(part => part.BlobName));
        }

        Tally tally = new();
        // Manifests go first, so that a crash leaves none of a checkpoint that was replaced without its parts.
        bool IsManifest(string name) => BlobNames.TryParseManifest(name, out _);
        bool IsPart(string name) => BlobNames.TryParsePart(name, out _, out _);
        await SweepAsync(BlobNames.Manifests, IsManifest, ManifestMagics, kept, now, tally, cancellationToken).ConfigureAwait(false);
        await SweepAsync(BlobNames.Parts, IsPart, PartMagics, kept, now, tally, cancellationToken).ConfigureAwait(false);
        await SweepAsync(BlobNames.Temporaries, BlobNames.IsTemporary, AllMagics, kept, now, tally, cancellationToken)
            .ConfigureAwait(false);
        return new CollectionResult
        {
            CheckpointsKept = checkpoints,
            BlobsDeleted = tally.Deleted.Count,
            BytesDeleted = tally.Deleted.Sum(),
            ForeignBlobs = tally.Foreign.Count,
        };
    }

    private async IAsyncEnumerable<(ContentHash Hash, CheckpointManifest Manifest)> KeptAsync(
        DateTimeOffset now, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        int newer = 0;
        DateTimeOffset replacedAt = DateTimeOffset.MaxValue;
        await foreach ((ContentHash hash, CheckpointManifest manifest) in
            CheckpointChain.ReadAsync(_target, cancellationToken).ConfigureAwait(false))
        {
            TimeSpan replacedFor = now - replacedAt;
            bool isRetained = newer < _options.RetainCount && replacedFor < _options.RetainAge;
            if (newer > 0 && replacedFor >= _options.Grace && !isRetained)
            {
                yield break;
            }

            yield return (hash, manifest);
            newer++;
            replacedAt = DateTimeOffset.FromUnixTimeMilliseconds(manifest.CreatedMs);
        }
    }

    private async Task SweepAsync(
        string prefix, Func<string, bool> isOurName, ulong[] magics, HashSet<string> kept, DateTimeOffset now, Tally tally,
        CancellationToken cancellationToken)
    {
        IAsyncEnumerable<StoredBlob> garbage = _target.ListAsync(prefix, cancellationToken)
            .Where(blob => isOurName(blob.Name) && !kept.Contains(blob.Name) && now - blob.StoredAt >= _options.Grace);
        ParallelOptions parallel = new() { MaxDegreeOfParallelism = _options.Parallelism, CancellationToken = cancellationToken };
        await Parallel.ForEachAsync(garbage, parallel, async (blob, token) =>
        {
            if (await BlobReader.BeginsAsAsync(_target, blob.Name, magics, token).ConfigureAwait(false))
            {
                await _target.DeleteAsync(blob.Name, token).ConfigureAwait(false);
                tally.Deleted.Add(blob.Length);
            }
            else
            {
                tally.Foreign.Add(blob.Name);
            }
        }).ConfigureAwait(false);
    }

    private sealed class Tally
    {
        public ConcurrentBag<long> Deleted { get; } = [];

        public ConcurrentBag<string> Foreign { get; } = [];
    }
}
