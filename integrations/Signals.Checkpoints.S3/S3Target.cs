using System.Net;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text.RegularExpressions;
using Amazon.S3;
using Amazon.S3.Model;

namespace Signals.Checkpoints.S3;

/// <summary>
/// Checkpoints in a bucket of Amazon S3, or of a service that has its conditional writes. A blob is put with
/// <c>If-None-Match: *</c>, and <c>CURRENT</c> is replaced with <c>If-Match</c>. Uploads carry a SHA-256, which the service checks.
/// Thread contract: any thread. It does not own the client.
/// </summary>
/// <remarks>
/// A service that ignores the conditions is no target: two owners could then replace each other's <c>CURRENT</c>. S3 itself
/// holds them; of another service make sure first.
/// </remarks>
public sealed partial class S3Target : CheckpointTarget
{
    private const string CurrentName = "CURRENT";
    private const int CurrentBytes = 1024;

    private readonly IAmazonS3 _client;
    private readonly string _bucket;
    private readonly string _prefix;

    /// <summary>Uses a bucket that exists.</summary>
    /// <param name="client">The client. Its retries and timeouts apply.</param>
    /// <param name="bucket">The bucket's name.</param>
    /// <param name="prefix">
    /// What the keys of this store's blobs begin with, as in <c>clicks/partition-7</c>: empty, or letters, digits, <c>-</c>, <c>_</c>
    /// and <c>.</c> between slashes, where none is <c>.</c> or <c>..</c> alone. It belongs to the checkpoints of one store.
    /// </param>
    /// <exception cref="ArgumentException">The prefix has another form.</exception>
    public S3Target(IAmazonS3 client, string bucket, string prefix = "")
    {
        ArgumentNullException.ThrowIfNull(client);
        ArgumentException.ThrowIfNullOrEmpty(bucket);
        ArgumentNullException.ThrowIfNull(prefix);
        if (!PrefixForm().IsMatch(prefix))
        {
            throw new ArgumentException(
                $"'{prefix}' is no prefix: use letters, digits, '-', '_' and '.' between slashes, and no '.' or '..' alone.",
                nameof(prefix));
        }

        _client = client;
        _bucket = bucket;
        _prefix = prefix.Length == 0 ? "" : prefix + "/";
    }

    /// <inheritdoc/>
    public override string Description => $"s3://{_bucket}/{_prefix.TrimEnd('/')}";

    /// <inheritdoc/>
    public override Task<bool> PutIfAbsentAsync(
        string name, ReadOnlyMemory<byte> content, CancellationToken cancellationToken = default) =>
        PutAsync(name, content, request => request.IfNoneMatch = "*", cancellationToken);

    /// <inheritdoc/>
    public override Task<Stream?> TryOpenReadAsync(string name, CancellationToken cancellationToken = default) =>
        Guard<Stream?>("read", name, async () =>
        {
            GetObjectResponse answer =
                await _client.GetObjectAsync(new GetObjectRequest { BucketName = _bucket, Key = _prefix + name }, cancellationToken)
                    .ConfigureAwait(false);
            return answer.ResponseStream;
        }, absent: null, cancellationToken);

    /// <inheritdoc/>
    public override Task<StoredBlob?> FindAsync(string name, CancellationToken cancellationToken = default) =>
        Guard<StoredBlob?>("find", name, async () =>
        {
            GetObjectMetadataResponse found = await _client.GetObjectMetadataAsync(
                new GetObjectMetadataRequest { BucketName = _bucket, Key = _prefix + name }, cancellationToken).ConfigureAwait(false);
            return new StoredBlob(name, found.ContentLength, TimeOf(found.LastModified));
        }, absent: null, cancellationToken);

    /// <inheritdoc/>
    public override async IAsyncEnumerable<StoredBlob> ListAsync(
        string prefix, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        ListObjectsV2Request request = new() { BucketName = _bucket, Prefix = _prefix + prefix };
        do
        {
            ListObjectsV2Response page = await Guard(
                "list", prefix, () => _client.ListObjectsV2Async(request, cancellationToken), cancellationToken).ConfigureAwait(false);
            foreach (S3Object found in page.S3Objects ?? [])
            {
                yield return new StoredBlob(found.Key[_prefix.Length..], found.Size ?? 0, TimeOf(found.LastModified));
            }

            request.ContinuationToken = page.IsTruncated == true ? page.NextContinuationToken : null;
        }
        while (request.ContinuationToken is not null);
    }

    /// <inheritdoc/>
    public override Task DeleteAsync(string name, CancellationToken cancellationToken = default) => Guard(
        "delete", name, () => _client.DeleteObjectAsync(
            new DeleteObjectRequest { BucketName = _bucket, Key = _prefix + name }, cancellationToken), cancellationToken);

    /// <inheritdoc/>
    public override Task<CurrentPointer?> ReadCurrentAsync(CancellationToken cancellationToken = default) =>
        Guard<CurrentPointer?>("read", CurrentName, async () =>
        {
            using GetObjectResponse answer = await _client.GetObjectAsync(
                new GetObjectRequest { BucketName = _bucket, Key = _prefix + CurrentName }, cancellationToken).ConfigureAwait(false);
            byte[] content = new byte[CurrentBytes];
            int read = await answer.ResponseStream.ReadAtLeastAsync(content, content.Length, throwOnEndOfStream: false, cancellationToken)
                .ConfigureAwait(false);
            return new CurrentPointer(content.AsMemory(0, read), answer.ETag);
        }, absent: null, cancellationToken);

    /// <inheritdoc/>
    public override Task<bool> TryReplaceCurrentAsync(
        ReadOnlyMemory<byte> content, string? expectedTag, CancellationToken cancellationToken = default) => PutAsync(
            CurrentName, content,
            request =>
            {
                request.IfMatch = expectedTag;
                request.IfNoneMatch = expectedTag is null ? "*" : null;
            },
            cancellationToken);

    // A page without a time must not make a blob look old.
    private static DateTimeOffset TimeOf(DateTime? time) =>
        time is { } known ? new DateTimeOffset(known.ToUniversalTime()) : DateTimeOffset.MaxValue;

    /// <summary>
    /// 412 is a failed condition; 409 a write at the same time, which S3 leaves undecided, so that the caller looks again; 404 a
    /// <c>CURRENT</c> to be replaced that is gone.
    /// </summary>
    private Task<bool> PutAsync(
        string name, ReadOnlyMemory<byte> content, Action<PutObjectRequest> condition, CancellationToken cancellationToken) =>
        Guard("put", name, async () =>
        {
            using Stream body = AsStream(content);
            PutObjectRequest request = new()
            {
                BucketName = _bucket,
                Key = _prefix + name,
                InputStream = body,
                AutoCloseStream = false,
                UseChunkEncoding = false,
                ChecksumSHA256 = Convert.ToBase64String(SHA256.HashData(content.Span)),
            };
            condition(request);
            try
            {
                await _client.PutObjectAsync(request, cancellationToken).ConfigureAwait(false);
                return true;
            }
            catch (AmazonS3Exception e) when (e.StatusCode is HttpStatusCode.PreconditionFailed or HttpStatusCode.Conflict)
            {
                return false;
            }
        }, absent: false, cancellationToken);

    private static MemoryStream AsStream(ReadOnlyMemory<byte> content) => MemoryMarshal.TryGetArray(content, out ArraySegment<byte> array)
        ? new MemoryStream(array.Array!, array.Offset, array.Count, writable: false)
        : new MemoryStream(content.ToArray(), writable: false);

    /// <summary>A missing key is no failure; a missing bucket is one.</summary>
    private async Task<T> Guard<T>(string operation, string name, Func<Task<T>> work, T absent, CancellationToken cancellationToken)
    {
        try
        {
            return await Guard(operation, name, work, cancellationToken).ConfigureAwait(false);
        }
        catch (CheckpointTargetException e) when (
            e.InnerException is AmazonS3Exception { StatusCode: HttpStatusCode.NotFound } missing && missing.ErrorCode != "NoSuchBucket")
        {
            return absent;
        }
    }

    /// <summary>The client has many kinds of errors. One of its own timeouts is a cancellation that the caller did not ask for.</summary>
    private async Task<T> Guard<T>(string operation, string name, Func<Task<T>> work, CancellationToken cancellationToken)
    {
        try
        {
            return await work().ConfigureAwait(false);
        }
        catch (Exception e) when (!(e is OperationCanceledException && cancellationToken.IsCancellationRequested))
        {
            throw new CheckpointTargetException(operation, $"{Description}/{name}", e.Message, e);
        }
    }

    // No part between slashes is "." or "..": clients of HTTP resolve them.
    [GeneratedRegex(@"^((?!\.{1,2}(/|\z))[\w.-]+(/(?!\.{1,2}(/|\z))[\w.-]+)*)?\z")]
    private static partial Regex PrefixForm();
}
