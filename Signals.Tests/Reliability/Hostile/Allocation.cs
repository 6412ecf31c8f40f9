using Signals.Core.Model;

namespace Signals.Tests.Reliability.Hostile;

/// <summary>
/// Measures what the reading of outside bytes allocates, and fails above what any may. Stateless; the
/// caller's thread alone counts.
/// </summary>
internal static class Allocation
{
    /// <summary>No input of any format makes its reader allocate more.</summary>
    public const long Most = 64L << 20;

    /// <summary>Reads, catches what a reader may throw, and returns what was allocated, managed and native.</summary>
    public static long Of(Action read, Func<Exception, bool> isTyped)
    {
        long before = GC.GetAllocatedBytesForCurrentThread() + NativeBytes.TakenByThisThread;
        try
        {
            read();
        }
        catch (Exception e) when (isTyped(e))
        {
            // Refused, by an error of the reader's own.
        }

        return GC.GetAllocatedBytesForCurrentThread() + NativeBytes.TakenByThisThread - before;
    }
}
