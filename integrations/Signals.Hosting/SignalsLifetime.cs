using Microsoft.Extensions.Hosting;

namespace Signals.Hosting;

/// <summary>
/// Opens a store before any service of the host starts, so that recovery is complete and an error stops the start of the host.
/// Closes the store after all services have stopped, so that no service appends to a closed store and everything that was
/// accepted is durable.
/// </summary>
/// <remarks>
/// Thread contract: the host's. When both this class and the container close the store, the second close does nothing.
/// </remarks>
internal sealed class SignalsLifetime(Func<SignalStore> open, StoreStart start, Action closing) : IHostedLifecycleService
{
    private SignalStore? _store;

    public Task StartingAsync(CancellationToken cancellationToken)
    {
        start.Cancelled = cancellationToken;
        return Task.Run(() => _store = open(), cancellationToken);
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public async Task StoppedAsync(CancellationToken cancellationToken)
    {
        if (_store is not null)
        {
            closing();
            await _store.DisposeAsync().ConfigureAwait(false);
        }
    }
}
