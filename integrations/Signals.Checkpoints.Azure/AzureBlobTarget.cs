using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using Azure;
using Azure.Storage;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;

namespace Signals.Checkpoints.Azure;

/// <summary>
/// Checkpoints in a container of Azure Blob Storage. A blob is put with <c>If-None-Match: *</c>, and <c>CURRENT</c> is replaced with
/// <c>If-Match</c>. Uploads carry an MD5, which the service checks. Thread contract: any thread. It does not own the client.
/// </summary>
public sealed partial class AzureBlobTarget : CheckpointTarget
{
    private const string CurrentName = "CURRENT";
    private const int CurrentBytes = 1024;

    // One request stores a whole part, because a part is smaller.
    private const long OneRequestBytes = 128 << 20;

    private readonly BlobContainerClient _container;
    private readonly string _prefix;

    /// <summary>Uses a container that exists.</summary>
    /// <param name="container">The container. Its client's retries and timeouts apply.</param>
    /// <param name="prefix">
    /// What the names of this store's blobs begin with, as in <c>clicks/partition-7</c>: empty, or letters, digits, <c>-</c>,
    /// <c>_</c> and <c>.</c> between slashes, where none is <c>.</c> or <c>..</c> alone. It belongs to the checkpoints of one store.
    /// </param>
    /// <exception cref="ArgumentException">The prefix has another form.</exception>
    public AzureBlobTarget(BlobContainerClient container, string prefix = "")
    {
        ArgumentNullException.ThrowIfNull(container);
        ArgumentNullException.ThrowIfNull(prefix);
        if (!PrefixForm().IsMatch(prefix))
        {
            throw new ArgumentException(
                $"'{prefix}' is no prefix: use letters, digits, '-', '_' and '.' between slashes, and no '.' or '..' alone.",
                nameof(prefix));
        }

        _container = container;
        _prefix = prefix.Length == 0 ? "" : prefix + "/";
    }

    /// <inheritdoc/>
    public override string Description => $"{_container.AccountName}/{_container.Name}/{_prefix.TrimEnd('/')}";

    /// <inheritdoc/>
    public override Task<bool> PutIfAbsentAsync(
        string name, ReadOnlyMemory<byte> content, CancellationToken cancellationToken = default) =>
        PutAsync(name, content, new BlobRequestConditions { IfNoneMatch = ETag.All }, cancellationToken);

    /// <inheritdoc/>
    public override Task<Stream?> TryOpenReadAsync(string name, CancellationToken cancellationToken = default) =>
        Guard<Stream?>("read", name, async () =>
        {
            Response<BlobDownloadStreamingResult> answer =
                await Blob(name).DownloadStreamingAsync(new BlobDownloadOptions(), cancellationToken).ConfigureAwait(false);
            return answer.Value.Content;
        }, absent: null, cancellationToken);

    /// <inheritdoc/>
    public override Task<StoredBlob?> FindAsync(string name, CancellationToken cancellationToken = default) =>
        Guard("find", name, async () =>
        {
            BlobProperties found = await Blob(name).GetPropertiesAsync(cancellationToken: cancellationToken).ConfigureAwait(false);
            return new StoredBlob(name, found.ContentLength, found.LastModified);
        }, absent: null, cancellationToken);

    /// <inheritdoc/>
    public override async IAsyncEnumerable<StoredBlob> ListAsync(
        string prefix, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        IAsyncEnumerator<BlobItem> items = _container
            .GetBlobsAsync(BlobTraits.None, BlobStates.None, _prefix + prefix, cancellationToken).GetAsyncEnumerator(cancellationToken);
        await using (items.ConfigureAwait(false))
        {
            while (await Guard(
                "list", prefix, async () => await items.MoveNextAsync().ConfigureAwait(false), absent: false, cancellationToken)
                .ConfigureAwait(false))
            {
                BlobItemProperties properties = items.Current.Properties;

                // A page without a time must not make a blob look old.
                DateTimeOffset storedAt = properties.LastModified ?? DateTimeOffset.MaxValue;
                yield return new StoredBlob(items.Current.Name[_prefix.Length..], properties.ContentLength ?? 0, storedAt);
            }
        }
    }

    /// <inheritdoc/>
    public override Task DeleteAsync(string name, CancellationToken cancellationToken = default) => Guard("delete", name, async () =>
    {
        await Blob(name).DeleteIfExistsAsync(cancellationToken: cancellationToken).ConfigureAwait(false);
        return true;
    }, absent: false, cancellationToken);

    /// <inheritdoc/>
    public override Task<CurrentPointer?> ReadCurrentAsync(CancellationToken cancellationToken = default) =>
        Guard<CurrentPointer?>("read", CurrentName, async () =>
        {
            BlobDownloadOptions options = new() { Range = new HttpRange(0, CurrentBytes) };
            BlobDownloadResult answer =
                await Blob(CurrentName).DownloadContentAsync(options, cancellationToken).ConfigureAwait(false);
            return new CurrentPointer(answer.Content.ToMemory(), answer.Details.ETag.ToString());
        }, absent: null, cancellationToken);

    /// <inheritdoc/>
    public override Task<bool> TryReplaceCurrentAsync(
        ReadOnlyMemory<byte> content, string? expectedTag, CancellationToken cancellationToken = default) =>
        PutAsync(
            CurrentName, content,
            expectedTag is null
                ? new BlobRequestConditions { IfNoneMatch = ETag.All }
                : new BlobRequestConditions { IfMatch = new ETag(expectedTag) },
            cancellationToken);

    private Task<bool> PutAsync(
        string name, ReadOnlyMemory<byte> content, BlobRequestConditions conditions, CancellationToken cancellationToken) =>
        Guard("put", name, async () =>
        {
            BlobUploadOptions options = new()
            {
                Conditions = conditions,
                TransferOptions = new StorageTransferOptions
                {
                    InitialTransferSize = OneRequestBytes,
                    MaximumTransferSize = OneRequestBytes,
                },
                TransferValidation = new UploadTransferValidationOptions { ChecksumAlgorithm = StorageChecksumAlgorithm.MD5 },
            };
            try
            {
                await Blob(name).UploadAsync(new BinaryData(content), options, cancellationToken).ConfigureAwait(false);
                return true;
            }
            catch (RequestFailedException e) when (e.Status is 409 or 412)
            {
                return false; // It exists, or has another tag.
            }
        }, absent: false, cancellationToken);

    private BlobClient Blob(string name) => _container.GetBlobClient(_prefix + name);

    /// <summary>
    /// A missing blob is no failure; a missing container is one. The client has many kinds of errors. One of its own timeouts is a
    /// cancellation that the caller did not ask for.
    /// </summary>
    private async Task<T> Guard<T>(string operation, string name, Func<Task<T>> work, T absent, CancellationToken cancellationToken)
    {
        try
        {
            return await work().ConfigureAwait(false);
        }
        catch (RequestFailedException e) when (e.Status == 404 && e.ErrorCode != BlobErrorCode.ContainerNotFound)
        {
            return absent;
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
