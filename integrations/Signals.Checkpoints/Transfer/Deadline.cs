namespace Signals.Checkpoints.Transfer;

/// <summary>
/// How long an upload or an attempt of an erasure may take, counted from its creation: half of the grace, because what it stored and found
/// is safe for so long. Immutable; any thread.
/// </summary>
/// <param name="options">The grace and the clock.</param>
/// <param name="operation">What errors call the work.</param>
internal sealed class Deadline(CheckpointOptions options, string operation)
{
    private readonly long _start = options.TimeProvider.GetTimestamp();
    private readonly DateTimeOffset _startTime = options.TimeProvider.GetUtcNow();

    public TimeSpan Elapsed => options.TimeProvider.GetElapsedTime(_start);

    /// <exception cref="CheckpointTargetException">The time is over.</exception>
    public void Require(CheckpointTarget target)
    {
        // The one clock stands still while a machine sleeps, the other may be set.
        TimeSpan byDate = options.TimeProvider.GetUtcNow() - _startTime;
        TimeSpan elapsed = byDate > Elapsed ? byDate : Elapsed;
        if (elapsed > options.Grace / 2)
        {
            throw new CheckpointTargetException(
                operation, target.Description,
                $"it took {elapsed}, more than half of the grace of {options.Grace}, so parts of it may be collected; set a longer Grace");
        }
    }
}
