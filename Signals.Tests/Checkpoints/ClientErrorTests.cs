using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using Amazon.S3;
using Azure.Core.Pipeline;
using Azure.Storage.Blobs;
using Signals.Checkpoints;
using Signals.Checkpoints.Azure;
using Signals.Checkpoints.S3;

namespace Signals.Tests.Checkpoints;

/// <summary>
/// Client libraries whose calls fail with errors that are not theirs: a request that takes too long is a cancellation that nobody asked
/// for.
/// </summary>
[Category("Fast")]
internal sealed class ClientErrorTests
{
    [Test]
    public async Task Calls_TimeOfTheClientIsOver_AreTargetErrors([Values] bool s3)
    {
        CheckpointTarget target = s3 ? S3() : Azure();
        Func<Task>[] calls =
        [
            () => target.PutIfAbsentAsync("parts/a", new byte[20]), () => target.TryOpenReadAsync("parts/a"),
            () => target.FindAsync("parts/a"), async () => await target.ListAsync("parts/").ToArrayAsync(),
            () => target.DeleteAsync("parts/a"), () => target.ReadCurrentAsync(), () => target.TryReplaceCurrentAsync(new byte[20], null),
        ];
        foreach (Func<Task> call in calls)
        {
            await Assert.ThatAsync(call, Throws.InstanceOf<CheckpointTargetException>());
        }
    }

    [Test]
    public async Task Calls_CallerCancels_AreCancellations([Values] bool s3)
    {
        CheckpointTarget target = s3 ? S3() : Azure();
        CancellationToken cancelled = new(canceled: true);
        await Assert.ThatAsync(() => target.FindAsync("parts/a", cancelled), Throws.InstanceOf<OperationCanceledException>());
    }

    private static S3Target S3() => new(DispatchProxy.Create<IAmazonS3, LateClient>(), "bucket");

    private static AzureBlobTarget Azure()
    {
        BlobClientOptions options = new()
        {
            Retry = { MaxRetries = 0 },
            Transport = new HttpClientTransport(new LateHandler()),
        };
        return new AzureBlobTarget(new BlobContainerClient(new Uri("http://127.0.0.1:1/account/container"), options));
    }

    [SuppressMessage("Performance", "CA1852", Justification = "The proxy is a class that derives from it.")]
    private class LateClient : DispatchProxy
    {
        protected override object Invoke(MethodInfo? targetMethod, object?[]? args) =>
            throw new TaskCanceledException("the client's own time is over");
    }

    private sealed class LateHandler : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
            throw new TaskCanceledException("the client's own time is over");
    }
}
