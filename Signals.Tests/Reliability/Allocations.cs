namespace Signals.Tests.Reliability;

/// <summary>Measures what work allocates once it is warm.</summary>
internal static class Allocations
{
    private const int Attempts = 8;

    /// <summary>
    /// The fewest bytes that a round of the work allocated on this thread. The runtime itself may allocate when it swaps code, and so may
    /// a shared pool that it has emptied, so one round without a byte is wanted. The first round warms up.
    /// </summary>
    /// <param name="work">The work.</param>
    /// <param name="times">How often a round does it.</param>
    public static long LeastOf(Action work, int times = 100)
    {
        long least = long.MaxValue;
        for (int attempt = 0; attempt <= Attempts && least != 0; attempt++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            for (int i = 0; i < times; i++)
            {
                work();
            }

            long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
            least = attempt == 0 ? least : Math.Min(least, allocated);
        }

        return least;
    }
}
