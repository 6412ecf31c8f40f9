namespace Signals.Tool;

/// <summary>Receives progress on the thread that reports it, without a synchronization context.</summary>
internal sealed class ImmediateProgress<T>(Action<T> take) : IProgress<T>
{
    public void Report(T value) => take(value);
}
