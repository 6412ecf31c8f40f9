using System.Collections.Concurrent;
using System.Security.Cryptography;
using Signals.Checkpoints.Formats;

namespace Signals.Checkpoints.Transfer;

/// <summary>
/// Stores parts, each content once. Thread contract: any thread, except <see cref="Begin"/>. Lifetime: one upload.
/// </summary>
/// <remarks>
/// Invariants. Every part that it gives out is safe from collection until the upload's swap of <c>CURRENT</c>. Either the checkpoint
/// that <c>CURRENT</c> names holds it, and the swap fails if that is no longer so; or it was stored less than three quarters of the
/// grace before the last look at the deadline, because the upload found it no older than a quarter and takes at most a half. No name is
/// given twice: a collection that found a part long ago, or a client that repeats a deletion, must not delete a new part of that name.
/// </remarks>
internal sealed class PartSender(CheckpointTarget target, CheckpointOptions options, YoungParts young)
{
    private const int MostTries = 4;

    private readonly ConcurrentDictionary<ContentHash, PartRef> _ofThisUpload = new();
    private Dictionary<ContentHash, PartRef> _ofCurrent = [];
    private long _bytes;
    private int _parts;

    public long BytesSent => Interlocked.Read(ref _bytes);

    public int PartsSent => Volatile.Read(ref _parts);

    /// <summary>
    /// Starts over from what <c>CURRENT</c> names now. If users were erased since the last start, nothing else counts: the parts that this
    /// upload stored or found before are deleted at once, because no checkpoint names them.
    /// </summary>
    public void Begin(CheckpointManifest? current)
    {
        if (young.IsNew(current?.Erasure))
        {
            _ofThisUpload.Clear();
        }

        _ofCurrent = [];
        foreach (PartRef part in current?.Files.SelectMany(file => file.Parts) ?? [])
        {
            _ofCurrent.TryAdd(part.Hash, part);
        }
    }

    /// <summary>Whether the new checkpoint may name this part without storing it again.</summary>
    public bool IsSafe(PartRef part) => (_ofCurrent.TryGetValue(part.Hash, out PartRef known) && known == part)
        || (_ofThisUpload.TryGetValue(part.Hash, out known) && known == part);

    /// <summary>Stores a part unless its content is stored already.</summary>
    /// <param name="blob">The content behind room for the header, which is filled in here.</param>
    /// <param name="cancellationToken">Ends the upload.</param>
    public async Task<PartRef> SendAsync(Memory<byte> blob, CancellationToken cancellationToken)
    {
        ContentHash hash = ContentHash.Of(blob.Span[CheckpointFormat.HeaderBytes..]);
        if (_ofCurrent.TryGetValue(hash, out PartRef part) || _ofThisUpload.TryGetValue(hash, out part))
        {
            return part;
        }

        int length = blob.Length - CheckpointFormat.HeaderBytes;
        if (young.TryFind(hash, length) is { } found)
        {
            return _ofThisUpload.GetOrAdd(hash, found);
        }

        BlobHeader.Write(blob.Span, CheckpointFormat.PartMagic);
        for (int i = 0; i < MostTries; i++)
        {
            part = new PartRef(hash, length, NewCopy());
            DateTimeOffset storedAt = options.TimeProvider.GetUtcNow();
            if (await StoreAsync(part, blob, cancellationToken).ConfigureAwait(false))
            {
                Interlocked.Add(ref _bytes, blob.Length);
                Interlocked.Increment(ref _parts);
                young.Add(part, storedAt);
                return _ofThisUpload.GetOrAdd(hash, part);
            }
        }

        throw new CheckpointTargetException(
            "put", $"{target.Description}/{part.BlobName}",
            $"{MostTries} new names were refused, and no such blob can be found; try again");
    }

    /// <summary>
    /// A client library that repeats a call whose answer was lost reports that the name is taken. Nobody else gives this name, so the
    /// blob is this part.
    /// </summary>
    private async Task<bool> StoreAsync(PartRef part, Memory<byte> blob, CancellationToken cancellationToken) =>
        await target.PutIfAbsentAsync(part.BlobName, blob, cancellationToken).ConfigureAwait(false)
        || (await target.FindAsync(part.BlobName, cancellationToken).ConfigureAwait(false))?.Length == blob.Length;

    private static uint NewCopy() => (uint)RandomNumberGenerator.GetInt32(1, int.MaxValue);
}
