using Microsoft.Extensions.Logging;
using Signals.Orleans.Replicas;

namespace Signals.Orleans.Placement;

/// <summary>
/// Reads the membership every few seconds that have passed. Orleans does so by the time of day: on a machine whose clock was set back it
/// waits until that time comes again, and would learn only from gossip meanwhile who has gone.
/// </summary>
/// <remarks>Thread contract: one loop of its own, from when the silo is active until it stops.</remarks>
/// <param name="membership">The membership of the cluster.</param>
/// <param name="time">Measures what has passed; its time of day does not matter.</param>
/// <param name="logger">Is told of reads that failed.</param>
internal sealed class MembershipRefresher(IClusterMembershipService membership, TimeProvider time, ILogger logger)
    : ILifecycleParticipant<ISiloLifecycle>, IDisposable
{
    /// <summary>Time between two reads: that of Orleans in a cluster of stores.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    private readonly CancellationTokenSource _ending = new();
    private Task _reading = Task.CompletedTask;

    void ILifecycleParticipant<ISiloLifecycle>.Participate(ISiloLifecycle lifecycle) => lifecycle.Subscribe(
        nameof(MembershipRefresher), ServiceLifecycleStage.Active, _ => Start(), _ => StopAsync());

    public void Dispose() => _ending.Dispose();

    internal Task Start()
    {
        _reading = Task.Run(() => RunAsync(_ending.Token), CancellationToken.None);
        return Task.CompletedTask;
    }

    internal async Task StopAsync()
    {
        await _ending.CancelAsync().ConfigureAwait(false);
        await _reading.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing); // it was cancelled
    }

    private async Task RunAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            await Task.Delay(Interval, time, cancellationToken).ConfigureAwait(false);
            try
            {
                await membership.Refresh(default, cancellationToken).AsTask().WaitAsync(cancellationToken).ConfigureAwait(false);
            }
            catch (Exception error) when (!cancellationToken.IsCancellationRequested)
            {
                ReplicaLog.NotRefreshed(logger, error.Message); // the store of the membership is away
            }
        }
    }
}
