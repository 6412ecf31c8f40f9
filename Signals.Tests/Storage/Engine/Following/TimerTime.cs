namespace Signals.Tests.Storage.Engine.Following;

/// <summary>A clock with one timer, which fires when the test says so. Threads: one.</summary>
internal sealed class TimerTime : TimeProvider
{
    private Action? _fire;

    public TimeSpan Period { get; private set; }

    public bool IsStopped { get; private set; }

    public void Fire() => _fire!();

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        _fire = () => callback(state);
        Period = period;
        return new Timer(this);
    }

    private sealed class Timer(TimerTime owner) : ITimer
    {
        public bool Change(TimeSpan dueTime, TimeSpan period) => true;

        public void Dispose() => owner.IsStopped = true;

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
