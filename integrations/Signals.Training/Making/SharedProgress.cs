namespace Signals.Training.Making;

/// <summary>Counts what all threads of a set have done, and reports it every so many steps.</summary>
/// <remarks>Thread contract: any thread.</remarks>
internal sealed class SharedProgress(IProgress<TrainingProgress>? receiver, long total)
{
    private const long Step = 256;

    private long _done;
    private long _rows;

    public void Row() => Interlocked.Increment(ref _rows);

    public void Done()
    {
        long done = Interlocked.Increment(ref _done);
        if (receiver is not null && (done % Step == 0 || done == total))
        {
            receiver.Report(new TrainingProgress(done, total, Interlocked.Read(ref _rows)));
        }
    }
}
