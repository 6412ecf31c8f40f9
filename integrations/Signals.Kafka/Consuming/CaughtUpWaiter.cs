namespace Signals.Kafka.Consuming;

/// <summary>Someone who waits until the end is reached that the partition had when they asked. Guarded by its owner's lock.</summary>
internal sealed class CaughtUpWaiter
{
    private readonly TaskCompletionSource _done = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>The position to reach; null until the cluster has said where the end is.</summary>
    public long? Target { get; set; }

    public Task Task => _done.Task;

    public void Complete() => _done.TrySetResult();

    public void Fail(Exception error) => _done.TrySetException(error);
}
