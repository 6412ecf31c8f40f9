using System.Threading.Channels;

namespace Signals.Core.Registry;

/// <summary>
/// Requests whose shadow comparison waits, and the one worker that makes them: off the caller's path, one at a time, so that shadows take a
/// bounded part of the machine.
/// </summary>
/// <remarks>
/// Thread contract: any thread offers, never waits, and is told when there is no room. An error of the handler goes to its error callback
/// and the worker goes on. Lifetime: dispose it to end the worker after the request in hand.
/// </remarks>
/// <typeparam name="TRequest">What it takes to run a read again: the user, the as-of, the definitions.</typeparam>
internal sealed class ShadowWorker<TRequest> : IAsyncDisposable
{
    private readonly Channel<TRequest> _waiting;
    private readonly Action<TRequest> _handle;
    private readonly Action<TRequest, Exception> _failed;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _worker;

    /// <summary>Starts the worker.</summary>
    /// <param name="capacity">Requests that may wait.</param>
    /// <param name="handle">Runs one comparison.</param>
    /// <param name="failed">Told of an error of <paramref name="handle"/>; must not throw.</param>
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

    /// <summary>Offers a request.</summary>
    /// <returns>False when there is no room, or the queue was disposed.</returns>
    public bool TryAdd(TRequest request) => _waiting.Writer.TryWrite(request);

    /// <summary>Ends the worker; what still waits is dropped.</summary>
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
            // Disposed while nothing waited.
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
            // Whatever a shadow throws, it must not end the worker: it is counted where the shadow's owner looks.
            _failed(request, error);
        }
    }
}
