using System.Diagnostics;

namespace Signals.Storage.Engine.Context;

/// <summary>
/// Counts the long operations of callers on the files of an open store, so that closing can cancel them and wait for them.
/// </summary>
/// <remarks>
/// Thread contract: any thread. Invariant: the event is set exactly when no operation is under way. Lifetime: that of the store.
/// </remarks>
internal sealed class LongCalls : IDisposable
{
    private readonly CancellationTokenSource _closing = new();
    private readonly Lock _lock = new();
    private readonly ManualResetEventSlim _none = new(initialState: true);
    private int _count; // guarded by _lock
    private bool _closed; // guarded by _lock

    /// <summary>Runs an operation with a token that is also cancelled when the store closes.</summary>
    /// <exception cref="ObjectDisposedException">The store was closed before or meanwhile.</exception>
    public T Run<T>(Func<CancellationToken, T> work, CancellationToken cancellationToken)
    {
        Enter();
        try
        {
            using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(_closing.Token, cancellationToken);
            return work(either.Token);
        }
        catch (OperationCanceledException) when (_closing.IsCancellationRequested)
        {
            throw new ObjectDisposedException("SignalStore");
        }
        catch (OperationCanceledException)
        {
            // The caller expects its own token in the exception, not the linked one.
            cancellationToken.ThrowIfCancellationRequested();
            throw;
        }
        finally
        {
            Exit();
        }
    }

    /// <summary>Refuses new operations, cancels those under way and waits until they have ended.</summary>
    public void Close()
    {
        lock (_lock)
        {
            _closed = true;
        }

        _closing.Cancel();
        _none.Wait();
    }

    public void Dispose()
    {
        _closing.Dispose();
        _none.Dispose();
    }

    private void Enter()
    {
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_closed, this);
            _count++;
            _none.Reset();
            AssertInvariants();
        }
    }

    private void Exit()
    {
        lock (_lock)
        {
            if (--_count == 0)
            {
                _none.Set();
            }

            AssertInvariants();
        }
    }

    [Conditional("DEBUG")]
    private void AssertInvariants()
    {
        Debug.Assert(_lock.IsHeldByCurrentThread, "The lock is not held.");
        Debug.Assert(_count >= 0 && _none.IsSet == (_count == 0), "The event does not fit the number of operations.");
    }
}
