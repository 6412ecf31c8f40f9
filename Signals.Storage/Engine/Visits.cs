namespace Signals.Storage.Engine;

/// <summary>Long operations of callers that work on the files of an open store: closing cancels them and waits for them.</summary>
/// <remarks>Thread contract: any thread. Lifetime: that of the store.</remarks>
internal sealed class Visits : IDisposable
{
    private readonly CancellationTokenSource _closing = new();
    private readonly Lock _gate = new();
    private readonly ManualResetEventSlim _none = new(initialState: true);
    private int _count; // guarded by _gate
    private bool _closed; // guarded by _gate

    /// <summary>Does work with a token that also the closing of the store cancels.</summary>
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
            // The token of the caller, not the one made here, is what the caller looks for.
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
        lock (_gate)
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
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_closed, this);
            _count++;
            _none.Reset();
        }
    }

    private void Exit()
    {
        lock (_gate)
        {
            if (--_count == 0)
            {
                _none.Set();
            }
        }
    }
}
