namespace Signals.Storage.Compaction;

/// <summary>Runs that are worth compacting together. Immutable.</summary>
/// <param name="Reason">Why.</param>
/// <param name="Runs">At least one.</param>
/// <param name="Cuts">Where the output is divided; null to divide it by size.</param>
internal sealed record CompactionChoice(CompactionReason Reason, CompactionRun[] Runs, IReadOnlyList<long>? Cuts = null)
{
    private long Bytes => Runs.Sum(run => run.Bytes);

    /// <summary>What a merge is worth.</summary>
    public double RunsRemovedPerByte => (Runs.Length - 1) / (double)Math.Max(1, Bytes);

    /// <summary>The plan that carries it out.</summary>
    public CompactionPlan ToPlan(ReadOnlySpan<long> oldestKept) => new(
        Reason,
        Runs[0].EventType,
        Runs.Min(run => run.WindowStart),
        [.. Runs.Select(run => run.Number).Order()],
        Bytes,
        oldestKept[Runs[0].EventType],
        Cuts);
}
