namespace Signals.Storage.FileSystem;

/// <summary>
/// Waits until another process gives a lock up: tries again and again, with pauses that grow. Thread contract: any thread; stateless.
/// </summary>
internal static class LockWait
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(5);
    private static readonly TimeSpan LongestPause = TimeSpan.FromMilliseconds(200);

    /// <summary>
    /// What <paramref name="work"/> gives, once it is not refused for the lock any more. The work runs on threads of the pool.
    /// </summary>
    /// <param name="work">Takes the lock; begins anew each time.</param>
    /// <param name="wait">How long to try; <see cref="Timeout.InfiniteTimeSpan"/> for as long as it takes.</param>
    /// <param name="time">The clock.</param>
    /// <param name="cancellationToken">Ends the wait; work that has the lock is not ended.</param>
    /// <exception cref="StoreLockedException">The lock was held all that time; the error of the last try.</exception>
    public static async Task<T> RunAsync<T>(Func<T> work, TimeSpan wait, TimeProvider time, CancellationToken cancellationToken)
    {
        long began = time.GetTimestamp();
        TimeSpan pause = FirstPause;
        while (true)
        {
            TimeSpan left = wait == Timeout.InfiniteTimeSpan ? LongestPause : wait - time.GetElapsedTime(began);
            try
            {
                return await Task.Run(work, cancellationToken).ConfigureAwait(false);
            }
            catch (StoreLockedException) when (left > TimeSpan.Zero)
            {
                // The holder may be closing. The last try is at the end of the wait.
            }

            await Task.Delay(left < pause ? left : pause, time, cancellationToken).ConfigureAwait(false);
            pause = pause < LongestPause ? 2 * pause : LongestPause;
        }
    }
}
