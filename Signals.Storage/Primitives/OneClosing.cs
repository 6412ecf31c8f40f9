namespace Signals.Storage.Primitives;

/// <summary>
/// Closes something exactly once. Every other caller waits until the closing has ended, with or without an error.
/// </summary>
/// <remarks>
/// Thread contract: any thread. A second call by the closing thread, or by a thread that the closing waits for, returns at once;
/// otherwise that thread would wait for itself.
/// </remarks>
internal sealed class OneClosing
{
    [ThreadStatic]
    private static bool _isWaitedFor;

    private readonly TaskCompletionSource _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _begun;
    private int _closer;

    /// <summary>Whether the closing has begun.</summary>
    public bool HasBegun => Volatile.Read(ref _begun) != 0;

    /// <summary>Marks the current thread as one that closings wait for, so that it never waits for a closing.</summary>
    public static void NeverWaitHere() => _isWaitedFor = true;

    /// <summary>Closes, or waits until the thread that closes is done.</summary>
    /// <param name="close">The work that is done once. Its error is thrown to the caller that does the work.</param>
    public void Run(Action close)
    {
        if (Interlocked.Exchange(ref _begun, 1) != 0)
        {
            if (!_isWaitedFor && Volatile.Read(ref _closer) != Environment.CurrentManagedThreadId)
            {
                _done.Task.Wait();
            }

            return;
        }

        Volatile.Write(ref _closer, Environment.CurrentManagedThreadId);
        try
        {
            close();
        }
        finally
        {
            Volatile.Write(ref _closer, 0);
            _done.SetResult();
        }
    }
}
