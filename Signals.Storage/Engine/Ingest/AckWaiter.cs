using System.Threading.Tasks.Sources;
using Signals.Core.Model;

namespace Signals.Storage.Engine.Ingest;

/// <summary>One awaited acknowledgement; pooled by its <see cref="AckQueue"/>.</summary>
/// <remarks>Thread contract: set once by the queue, consumed once by the awaiter, which returns it to the pool.</remarks>
internal sealed class AckWaiter(AckQueue queue) : IValueTaskSource<AppendAck>
{
    // Continuations are the caller's code and must not run on the ingest thread.
    private ManualResetValueTaskSourceCore<AppendAck> _core = new() { RunContinuationsAsynchronously = true };

    /// <summary>The stream position that must be reached.</summary>
    public StreamPosition Target { get; private set; }

    /// <summary>Completes when the position is acknowledged. Await it once.</summary>
    public ValueTask<AppendAck> Task => new(this, _core.Version);

    /// <summary>Begins a new wait.</summary>
    public void Arm(StreamPosition target) => Target = target;

    /// <summary>Completes the wait.</summary>
    public void Complete(AppendAck ack) => _core.SetResult(ack);

    /// <summary>Ends the wait with an error.</summary>
    public void Fail(Exception error) => _core.SetException(error);

    AppendAck IValueTaskSource<AppendAck>.GetResult(short token)
    {
        // A token of an earlier use throws here. A result that is read too early must not return a waiter that is still in use.
        if (_core.GetStatus(token) == ValueTaskSourceStatus.Pending)
        {
            throw new InvalidOperationException("The append is not acknowledged yet: await it, or take AsTask() to block on.");
        }

        try
        {
            return _core.GetResult(token);
        }
        finally
        {
            _core.Reset(); // from here on the token is void, so a second call cannot return the waiter twice
            queue.Return(this);
        }
    }

    ValueTaskSourceStatus IValueTaskSource<AppendAck>.GetStatus(short token) => _core.GetStatus(token);

    void IValueTaskSource<AppendAck>.OnCompleted(
        Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _core.OnCompleted(continuation, state, token, flags);
}
