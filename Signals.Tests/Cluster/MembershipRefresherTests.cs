using Microsoft.Extensions.Logging.Abstractions;
using Orleans.Runtime;
using Signals.Orleans.Placement;

namespace Signals.Tests.Cluster;

/// <summary>The membership is read by the time that has passed, whatever the clock says, and again after a read that failed.</summary>
[Category("Fast")]
internal sealed class MembershipRefresherTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    [Test]
    public async Task Run_TimePasses_ReadsAgainAlsoAfterAFailure()
    {
        using StepTimers time = new();
        using Membership membership = new();
        using MembershipRefresher refresher = new(membership, time, NullLogger.Instance);
        await refresher.Start();
        for (int read = 1; read <= 3; read++)
        {
            await time.PassAsync(MembershipRefresher.Interval);
            Assert.That(await membership.Reads.WaitAsync(Patience), $"read {read}");
        }

        await refresher.StopAsync();
        Assert.That(membership.Count, Is.EqualTo(3));
    }

    [Test]
    public async Task Stop_AReadHangs_DoesNotWaitForIt()
    {
        using StepTimers time = new();
        using Membership membership = new() { Hangs = true };
        using MembershipRefresher refresher = new(membership, time, NullLogger.Instance);
        await refresher.Start();
        await time.PassAsync(MembershipRefresher.Interval);
        Assert.That(await membership.Reads.WaitAsync(Patience));
        await refresher.StopAsync().WaitAsync(Patience);
    }

    private sealed class Membership : IClusterMembershipService, IDisposable
    {
        private int _count;

        public SemaphoreSlim Reads { get; } = new(0);

        public bool Hangs { get; init; }

        public int Count => Volatile.Read(ref _count);

        public void Dispose() => Reads.Dispose();

        public ClusterMembershipSnapshot CurrentSnapshot => throw new NotSupportedException();

        public IAsyncEnumerable<ClusterMembershipSnapshot> MembershipUpdates => throw new NotSupportedException();

        public async ValueTask Refresh(MembershipVersion minimumVersion, CancellationToken cancellationToken)
        {
            int count = Interlocked.Increment(ref _count);
            Reads.Release();
            if (Hangs)
            {
                await Task.Delay(Timeout.Infinite, CancellationToken.None);
            }

            if (count == 2)
            {
                throw new InvalidOperationException("the store of the membership is away");
            }
        }

        public Task<bool> TryKill(SiloAddress siloAddress) => throw new NotSupportedException();
    }

    // The time of day stands still. A timer fires when its time has been passed.
    private sealed class StepTimers : TimeProvider, IDisposable
    {
        private readonly SemaphoreSlim _timers = new(0);
        private Action? _fire;
        private TimeSpan _due;

        public void Dispose() => _timers.Dispose();

        public override DateTimeOffset GetUtcNow() => DateTimeOffset.UnixEpoch;

        public async Task PassAsync(TimeSpan time)
        {
            Assert.That(await _timers.WaitAsync(Patience), "it waits for its time");
            Assert.That(_due, Is.EqualTo(time));
            _fire!();
        }

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            _fire = () => callback(state);
            _due = dueTime;
            _timers.Release();
            return new NoTimer();
        }

        private sealed class NoTimer : ITimer
        {
            public bool Change(TimeSpan dueTime, TimeSpan period) => true;

            public void Dispose()
            {
                // There is nothing behind it.
            }

            public ValueTask DisposeAsync() => ValueTask.CompletedTask;
        }
    }
}
