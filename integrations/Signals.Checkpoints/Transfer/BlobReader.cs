using System.Globalization;
using Signals.Checkpoints.Formats;

namespace Signals.Checkpoints.Transfer;

/// <summary>
/// Reads blobs of a length that is known before, and checks them against their hash. Thread contract: any thread; stateless. Memory is
/// the caller's or bounded by the stated length.
/// </summary>
internal static class BlobReader
{
    /// <summary>Reads the content of a part into the beginning of <paramref name="buffer"/>.</summary>
    /// <param name="target">Where the part lies.</param>
    /// <param name="part">The part.</param>
    /// <param name="file">The file that the part belongs to, for errors.</param>
    /// <param name="buffer">Room for the header and the content.</param>
    /// <param name="cancellationToken">Ends the read.</param>
    /// <returns>The content, checked.</returns>
    /// <exception cref="CorruptionException">The part is missing or is not what its name says.</exception>
    public static async Task<ReadOnlyMemory<byte>> ReadPartAsync(
        CheckpointTarget target, PartRef part, string file, Memory<byte> buffer, CancellationToken cancellationToken)
    {
        Memory<byte> blob = buffer[..(CheckpointFormat.HeaderBytes + part.Length)];
        string what = $"a part of the file '{file}'";
        if (!await TryReadExactlyAsync(target, part.BlobName, what, blob, cancellationToken).ConfigureAwait(false))
        {
            throw Damaged(
                target, part.BlobName, $"{what} is missing. A checkpoint that was replaced long ago is deleted; read CURRENT again.");
        }

        RequireHeader(target, part.BlobName, blob.Span, CheckpointFormat.PartMagic);
        ReadOnlyMemory<byte> content = blob[CheckpointFormat.HeaderBytes..];
        if (ContentHash.Of(content.Span) != part.Hash)
        {
            throw Damaged(target, part.BlobName, $"{what} has another content than its hash says; restore an older checkpoint.");
        }

        return content;
    }

    /// <summary>Reads a manifest of a known length; null when it is missing.</summary>
    /// <exception cref="CorruptionException">The manifest is damaged.</exception>
    public static async Task<CheckpointManifest?> TryReadManifestAsync(
        CheckpointTarget target, ContentHash hash, int length, CancellationToken cancellationToken)
    {
        string name = BlobNames.Manifest(hash);
        byte[] blob = new byte[length];
        if (!await TryReadExactlyAsync(target, name, "the manifest of a checkpoint", blob, cancellationToken).ConfigureAwait(false))
        {
            return null;
        }

        if (ContentHash.Of(blob) != hash)
        {
            throw Damaged(target, name, "the manifest has another content than its hash says.");
        }

        try
        {
            return ManifestFormat.Read(blob);
        }
        catch (InvalidDataException e)
        {
            throw Damaged(target, name, e.Message, e);
        }
    }

    /// <summary>Reads a manifest that nothing states the length of; null when it is missing, also when it goes meanwhile.</summary>
    /// <exception cref="CorruptionException">The manifest is damaged.</exception>
    public static async Task<CheckpointManifest?> TryReadManifestAsync(
        CheckpointTarget target, ContentHash hash, CancellationToken cancellationToken)
    {
        string name = BlobNames.Manifest(hash);
        StoredBlob? found = await target.FindAsync(name, cancellationToken).ConfigureAwait(false);
        return found is null ? null
            : found.Length is > CheckpointFormat.HeaderBytes and <= CheckpointFormat.MaxManifestBytes
            ? await TryReadManifestAsync(target, hash, (int)found.Length, cancellationToken).ConfigureAwait(false)
            : throw Damaged(target, name, string.Create(CultureInfo.InvariantCulture, $"the manifest has {found.Length} bytes."));
    }

    /// <summary>
    /// Whether a blob begins with the magic of one of our formats. An empty blob counts as one of zeros, and so for the magic 0.
    /// </summary>
    /// <exception cref="CheckpointTargetException">The target failed.</exception>
    public static async Task<bool> BeginsAsAsync(
        CheckpointTarget target, string name, ReadOnlyMemory<ulong> magics, CancellationToken cancellationToken)
    {
        byte[] header = new byte[CheckpointFormat.HeaderBytes];
        Stream? stream = await target.TryOpenReadAsync(name, cancellationToken).ConfigureAwait(false);
        if (stream is null)
        {
            return false;
        }

        await using (stream.ConfigureAwait(false))
        {
            int read = await ReadAsync(target, name, stream, header, cancellationToken).ConfigureAwait(false);
            foreach (ulong magic in magics.Span)
            {
                if ((read == header.Length || (read == 0 && magic == 0)) && BlobHeader.IsOurs(header, magic))
                {
                    return true;
                }
            }

            return false;
        }
    }

    public static CorruptionException Damaged(CheckpointTarget target, string name, string message, Exception? inner = null) =>
        new($"{target.Description}/{name}", 0, message, inner);

    /// <returns>False when there is no such blob.</returns>
    private static async Task<bool> TryReadExactlyAsync(
        CheckpointTarget target, string name, string what, Memory<byte> blob, CancellationToken cancellationToken)
    {
        Stream? stream = await target.TryOpenReadAsync(name, cancellationToken).ConfigureAwait(false);
        if (stream is null)
        {
            return false;
        }

        await using (stream.ConfigureAwait(false))
        {
            int read = await ReadAsync(target, name, stream, blob, cancellationToken).ConfigureAwait(false);
            read += read == blob.Length
                ? await ReadAsync(target, name, stream, new byte[1], cancellationToken).ConfigureAwait(false)
                : 0;
            if (read != blob.Length)
            {
                throw Damaged(target, name, string.Create(
                    CultureInfo.InvariantCulture,
                    $"{what} has {(read > blob.Length ? "more" : read)} bytes; expected {blob.Length}."));
            }
        }

        return true;
    }

    /// <summary>
    /// Fills a buffer, or reads to the end. Each client library has errors of its own for an answer that breaks off, and a time that is
    /// over looks like a cancellation that nobody asked for.
    /// </summary>
    private static async Task<int> ReadAsync(
        CheckpointTarget target, string name, Stream stream, Memory<byte> into, CancellationToken cancellationToken)
    {
        try
        {
            return await stream.ReadAtLeastAsync(into, into.Length, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is not CheckpointTargetException && !cancellationToken.IsCancellationRequested)
        {
            throw new CheckpointTargetException("read", $"{target.Description}/{name}", e.Message, e);
        }
    }

    private static void RequireHeader(CheckpointTarget target, string name, ReadOnlySpan<byte> blob, ulong magic)
    {
        try
        {
            BlobHeader.Require(blob, magic);
        }
        catch (InvalidDataException e)
        {
            throw Damaged(target, name, e.Message, e);
        }
    }
}
