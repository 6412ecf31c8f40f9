using System.Collections.Concurrent;
using Signals.Core.Ingest;
using Signals.Storage.Primitives;

namespace Signals.Storage.Engine.Ingest;

/// <summary>Requests to the ingest thread to freeze the active memtable, which only it may do.</summary>
/// <remarks>
/// Thread contract: any thread asks; the ingest thread answers. Once the store has failed or is closing, every request fails. Lifetime:
/// that of the store.
/// </remarks>
internal sealed class FreezeRequests(ByteRing ring, FailStop failStop)
{
    private readonly ConcurrentQueue<TaskCompletionSource> _waiting = new();

    /// <summary>Asks; completes when the memtable is frozen.</summary>
    public Task AskAsync()
    {
        TaskCompletionSource request = new(TaskCreationOptions.RunContinuationsAsynchronously);
        _waiting.Enqueue(request);
        if (failStop.Error is not null || ring.IsClosed)
        {
            FailAll();
        }

        ring.WakeConsumer();
        return request.Task;
    }

    /// <summary>Takes a request, which the caller completes; false when there is none.</summary>
    public bool TryTake(out TaskCompletionSource request) => _waiting.TryDequeue(out request!);

    /// <summary>Fails every request: the store has failed or is closing.</summary>
    public void FailAll()
    {
        while (_waiting.TryDequeue(out TaskCompletionSource? request))
        {
            request.TrySetException(
                failStop.Error is Exception error ? new StorePoisonedException(error) : new ObjectDisposedException("SignalStore"));
        }
    }
}
