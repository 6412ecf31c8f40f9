namespace Signals.Tool;

/// <summary>Takes progress on the thread that reports it, without the detour over a synchronization context.</summary>
internal sealed class ImmediateProgress<T>(Action<T> take) : IProgress<T>
{
    public void Report(T value) => take(value);
}
