namespace Signals.Orleans.Replicas;

/// <summary>Says when the caretaker of a machine last began a round. Thread contract: any thread.</summary>
internal sealed class CaretakerPulse(TimeProvider time)
{
    private long _last; // A timestamp; 0 before the first round and after the last one.

    /// <summary>Time since the last round began; null while there are none.</summary>
    public TimeSpan? Since => Volatile.Read(ref _last) is long last and not 0 ? time.GetElapsedTime(last) : null;

    public void Beat() => Volatile.Write(ref _last, Math.Max(1, time.GetTimestamp()));

    public void End() => Volatile.Write(ref _last, 0);
}
