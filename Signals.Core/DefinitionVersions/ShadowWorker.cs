using System.Threading.Channels;

namespace Signals.Core.DefinitionVersions;

/// <summary>
/// A queue of requests that wait for their shadow comparison, and the one worker that runs them. The comparisons run one at a
/// time and not while a caller waits, so shadows take a bounded part of the machine.
/// </summary>
/// <remarks>
/// Thread contract: any thread may add a request. Adding never waits; it fails when there is no room. An error of the handler
/// goes to the error callback, and the worker goes on. Lifetime: disposing it ends the worker after its current request.
/// </remarks>
/// <typeparam name="TRequest">What is needed to run a read again: the user, the as-of time, the definitions.</typeparam>
internal sealed class ShadowWorker<TRequest> : IAsyncDisposable
{
    private readonly Channel<TRequest> _waiting;
    private readonly Action<TRequest> _handle;
    private readonly Action<TRequest, Exception> _failed;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _worker;

    /// <summary>Starts the worker.</summary>
    /// <param name="capacity">The number of requests that may wait.</param>
    /// <param name="handle">Runs one comparison.</param>
    /// <param name="failed">Receives an error of <paramref name="handle"/>. It must not throw.</param>
    public ShadowWorker(int capacity, Action<TRequest> handle, Action<TRequest, Exception> failed)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(capacity);
        ArgumentNullException.ThrowIfNull(handle);
        ArgumentNullException.ThrowIfNull(failed);
        _handle = handle;
        _failed = failed;
        _waiting = Channel.CreateBounded<TRequest>(new BoundedChannelOptions(capacity) { SingleReader = true });
        _worker = Task.Run(WorkAsync);
    }

    /// <summary>Adds a request.</summary>
    /// <returns>False when there is no room, or the worker was disposed.</returns>
    public bool TryAdd(TRequest request) => _waiting.Writer.TryWrite(request);

    /// <summary>Ends the worker. Requests that still wait are dropped.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_waiting.Writer.TryComplete())
        {
            await _stop.CancelAsync().ConfigureAwait(false);
            await _worker.ConfigureAwait(false);
            _stop.Dispose();
        }
    }

    private async Task WorkAsync()
    {
        try
        {
            while (await _waiting.Reader.WaitToReadAsync(_stop.Token).ConfigureAwait(false))
            {
                while (!_stop.IsCancellationRequested && _waiting.Reader.TryRead(out TRequest? request))
                {
                    Handle(request);
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The worker was disposed while nothing waited.
        }
    }

    private void Handle(TRequest request)
    {
        try
        {
            _handle(request);
        }
        catch (Exception error)
        {
            // No error of a shadow may end the worker. It is counted with the shadow, where its owner can see it.
            _failed(request, error);
        }
    }
}
