namespace Signals.Core.Serving;

/// <summary>The time that a read may still take. Immutable.</summary>
internal readonly struct ReadBudget
{
    private readonly TimeProvider _time;
    private readonly long _start;
    private readonly TimeSpan? _budget;

    public ReadBudget(TimeProvider time, TimeSpan? budget)
    {
        _time = time;
        _budget = budget;
        _start = budget is null ? 0 : time.GetTimestamp();
    }

    public TimeProvider Time => _time;

    public bool HasDeadline => _budget is not null;

    /// <summary>The time that is left, never below zero; <see cref="TimeSpan.MaxValue"/> without a deadline.</summary>
    public TimeSpan Remaining
    {
        get
        {
            if (_budget is not { } budget)
            {
                return TimeSpan.MaxValue;
            }

            TimeSpan left = budget - _time.GetElapsedTime(_start);
            return left > TimeSpan.Zero ? left : TimeSpan.Zero;
        }
    }

    public bool IsExpired => _budget is not null && Remaining == TimeSpan.Zero;
}
