namespace Signals.Storage.Primitives;

/// <summary>A closing that is done once: whoever asks while it is under way waits until it is done, with or without an error.</summary>
/// <remarks>
/// Thread contract: any thread. The thread that closes may ask again, and a thread that the closing waits for may, too: such a call returns at once,
/// for it would wait for itself.
/// </remarks>
internal sealed class OneClosing
{
    [ThreadStatic]
    private static bool _isWaitedFor;

    private readonly TaskCompletionSource _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _begun;
    private int _closer;

    /// <summary>Whether somebody has begun to close.</summary>
    public bool HasBegun => Volatile.Read(ref _begun) != 0;

    /// <summary>Marks this thread as one that closings wait for.</summary>
    public static void NeverWaitHere() => _isWaitedFor = true;

    /// <summary>Closes, or waits for the one who does.</summary>
    /// <param name="close">What is done once; its error is thrown to the one who does it.</param>
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
