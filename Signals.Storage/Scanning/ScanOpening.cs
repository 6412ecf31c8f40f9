using Signals.Scanning;
using Signals.Storage.Primitives;

namespace Signals.Storage.Scanning;

/// <summary>Opens scans of a pinned view. Stateless; any thread.</summary>
internal static class ScanOpening
{
    /// <summary>Opens one scan.</summary>
    /// <param name="plan">What is scanned.</param>
    /// <param name="view">The state; owned by the scan, and given back when this throws.</param>
    /// <exception cref="CorruptionException">A page of a directory is damaged.</exception>
    public static EventScan Open(ScanPlan plan, PinnedView view) => OpenAll(view, () => [plan])[0];

    /// <summary>Opens scans with other users each.</summary>
    /// <param name="plan">What is scanned.</param>
    /// <param name="view">The state; owned by the scans, and given back when this throws.</param>
    /// <param name="parts">How many scans to make at most.</param>
    /// <exception cref="CorruptionException">A page of a directory is damaged.</exception>
    public static EventScan[] OpenParts(ScanPlan plan, PinnedView view, int parts) =>
        OpenAll(view, () => ScanParts.Divide(plan, view, parts));

    private static EventScan[] OpenAll(PinnedView view, Func<ScanPlan[]> plans)
    {
        try
        {
            using EpochScope inside = view.Enter();
            EventScan[] scans = [.. plans().Select(plan => new EventScan(plan, view, ScanParts.MostRows(plan, view)))];
            for (int i = 1; i < scans.Length; i++)
            {
                view.Share();
            }

            return scans;
        }
        catch
        {
            view.Leave();
            throw;
        }
    }
}
