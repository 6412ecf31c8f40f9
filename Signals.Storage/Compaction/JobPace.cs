namespace Signals.Storage.Compaction;

/// <summary>
/// Tells a pacer how far a job has come, so that the rate of the job can be held down, and ends the job when it is cancelled.
/// </summary>
/// <remarks>Thread contract: the job's thread. Lifetime: one walk over the inputs.</remarks>
/// <param name="pace">Gets the bytes passed since the last call; it may wait. Null for no limit.</param>
/// <param name="cancel">Ends the job early.</param>
internal struct JobPace(Action<long>? pace, CancellationToken cancel)
{
    private const long StepBytes = 256 << 10;

    private long _told;

    /// <summary>Notes how many bytes were passed in all. Every 256 KiB or so it tells the pacer.</summary>
    /// <exception cref="OperationCanceledException">The job was cancelled.</exception>
    public void Pass(long bytes)
    {
        if (bytes - _told >= StepBytes)
        {
            cancel.ThrowIfCancellationRequested();
            pace?.Invoke(bytes - _told);
            _told = bytes;
        }
    }

    /// <summary>Ends the walk.</summary>
    /// <exception cref="OperationCanceledException">The job was cancelled.</exception>
    public readonly void End() => cancel.ThrowIfCancellationRequested();
}
