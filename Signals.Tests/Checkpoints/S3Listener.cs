using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using Amazon.Runtime;
using Amazon.S3;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Signals.Tests.Checkpoints;

/// <summary>
/// As much of S3's HTTP interface as the target uses: conditional puts, checked checksums, gets, heads, deletes, and lists in pages of
/// ten. It is not S3: it shows that the requests are right, as S3 documents them. Threads: any. Lifetime: one fixture.
/// </summary>
internal sealed class S3Listener : IAsyncDisposable
{
    public const string Bucket = "bucket";

    private const int PageSize = 10;

    private readonly Lock _lock = new();

    // Guarded by _lock.
    private readonly SortedDictionary<string, (byte[] Content, string Tag, DateTimeOffset StoredAt)> _objects = new(StringComparer.Ordinal);

    private readonly WebApplication _server;
    private int _tags; // guarded by _lock

    private S3Listener(WebApplication server)
    {
        _server = server;
    }

    public IAmazonS3 Client { get; private set; } = null!;

    /// <summary>What the next put answers instead of its work; 0 for its work.</summary>
    public HttpStatusCode NextPut { get; set; }

    /// <summary>Whether the next put is done and then answered as an error, so that the client repeats it.</summary>
    public bool LosesNextAnswer { get; set; }

    public ConcurrentQueue<string> PutConditions { get; } = new();

    public static async Task<S3Listener> StartAsync()
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        S3Listener listener = new(builder.Build());
        listener._server.Map("/{bucket}/{**key}", listener.AnswerAsync);
        await listener._server.StartAsync();
        listener.Client = new AmazonS3Client(
            new BasicAWSCredentials("key", "secret"),
            new AmazonS3Config { ServiceURL = listener._server.Urls.Single(), ForcePathStyle = true, MaxErrorRetry = 1 });
        return listener;
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _server.DisposeAsync();
    }

    private async Task AnswerAsync(HttpContext context)
    {
        string key = (string?)context.Request.RouteValues["key"] ?? "";
        if ((string?)context.Request.RouteValues["bucket"] != Bucket)
        {
            await ErrorAsync(context, HttpStatusCode.NotFound, "NoSuchBucket");
            return;
        }

        await (context.Request.Method switch
        {
            "PUT" => PutAsync(context, key),
            "DELETE" => DeleteAsync(context, key),
            _ when key.Length == 0 => ListAsync(context),
            _ => GetAsync(context, key),
        });
    }

    private async Task PutAsync(HttpContext context, string key)
    {
        using MemoryStream body = new();
        await context.Request.Body.CopyToAsync(body);
        byte[] content = body.ToArray();
        string match = context.Request.Headers.IfMatch.ToString();
        string noneMatch = context.Request.Headers.IfNoneMatch.ToString();
        PutConditions.Enqueue($"{match}|{noneMatch}");
        if (context.Request.Headers["x-amz-checksum-sha256"] != Convert.ToBase64String(SHA256.HashData(content)))
        {
            await ErrorAsync(context, HttpStatusCode.BadRequest, "BadDigest");
            return;
        }

        if (NextPut != 0)
        {
            (HttpStatusCode status, NextPut) = (NextPut, 0);
            await ErrorAsync(context, status, status == HttpStatusCode.Conflict ? "ConditionalRequestConflict" : "InternalError");
            return;
        }

        (HttpStatusCode refused, string tag) = Put(key, content, match, noneMatch);
        if (refused != 0)
        {
            await ErrorAsync(context, refused, refused == HttpStatusCode.NotFound ? "NoSuchKey" : "PreconditionFailed");
        }
        else if (LosesNextAnswer)
        {
            LosesNextAnswer = false;
            await ErrorAsync(context, HttpStatusCode.InternalServerError, "InternalError");
        }
        else
        {
            context.Response.Headers.ETag = tag;
        }
    }

    private (HttpStatusCode Refused, string Tag) Put(string key, byte[] content, string match, string noneMatch)
    {
        lock (_lock)
        {
            bool exists = _objects.TryGetValue(key, out (byte[] Content, string Tag, DateTimeOffset StoredAt) known);
            if (noneMatch == "*" && exists)
            {
                return (HttpStatusCode.PreconditionFailed, "");
            }

            if (match.Length > 0 && !(exists && match == known.Tag))
            {
                return (exists ? HttpStatusCode.PreconditionFailed : HttpStatusCode.NotFound, "");
            }

            string tag = string.Create(CultureInfo.InvariantCulture, $"\"tag-{++_tags}\"");
            _objects[key] = (content, tag, TimeProvider.System.GetUtcNow());
            return (0, tag);
        }
    }

    private Task DeleteAsync(HttpContext context, string key)
    {
        lock (_lock)
        {
            _objects.Remove(key);
        }

        context.Response.StatusCode = StatusCodes.Status204NoContent;
        return Task.CompletedTask;
    }

    private async Task GetAsync(HttpContext context, string key)
    {
        (byte[] Content, string Tag, DateTimeOffset StoredAt) found;
        lock (_lock)
        {
            _objects.TryGetValue(key, out found);
        }

        if (found.Content is null)
        {
            await ErrorAsync(context, HttpStatusCode.NotFound, "NoSuchKey");
            return;
        }

        context.Response.Headers.ETag = found.Tag;
        context.Response.Headers.LastModified = found.StoredAt.ToString("R", CultureInfo.InvariantCulture);
        context.Response.ContentLength = found.Content.Length;
        if (context.Request.Method == "GET")
        {
            await context.Response.Body.WriteAsync(found.Content);
        }
    }

    private Task ListAsync(HttpContext context)
    {
        string prefix = context.Request.Query["prefix"].ToString();
        string after = context.Request.Query["continuation-token"].ToString();
        StringBuilder answer = new("<ListBucketResult xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">");
        lock (_lock)
        {
            string[] keys = [.. _objects.Keys.Where(key =>
                key.StartsWith(prefix, StringComparison.Ordinal) && string.CompareOrdinal(key, after) > 0)];
            foreach (string key in keys.Take(PageSize))
            {
                (byte[] content, _, DateTimeOffset storedAt) = _objects[key];
                answer.Append(CultureInfo.InvariantCulture, $"<Contents><Key>{key}</Key><Size>{content.Length}</Size>");
                answer.Append(CultureInfo.InvariantCulture, $"<LastModified>{storedAt:yyyy-MM-ddTHH:mm:ss.fffZ}</LastModified></Contents>");
            }

            bool isTruncated = keys.Length > PageSize;
            answer.Append(isTruncated
                ? $"<IsTruncated>true</IsTruncated><NextContinuationToken>{keys[PageSize - 1]}</NextContinuationToken>"
                : "<IsTruncated>false</IsTruncated>");
        }

        context.Response.ContentType = "application/xml";
        return context.Response.WriteAsync(answer.Append("</ListBucketResult>").ToString());
    }

    private static Task ErrorAsync(HttpContext context, HttpStatusCode status, string code)
    {
        context.Response.StatusCode = (int)status;
        context.Response.ContentType = "application/xml";
        return context.Request.Method == "HEAD"
            ? Task.CompletedTask
            : context.Response.WriteAsync($"<Error><Code>{code}</Code><Message>{code}</Message></Error>");
    }
}
