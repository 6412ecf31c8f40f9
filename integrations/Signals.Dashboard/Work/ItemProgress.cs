using Signals.Maintenance;

namespace Signals.Dashboard.Work;

/// <summary>Hands the progress of a verification to the page at once, on the thread that verifies.</summary>
internal sealed class ItemProgress(WorkItem item) : IProgress<VerifyProgress>
{
    public void Report(VerifyProgress value) => item.Advance(value);
}
