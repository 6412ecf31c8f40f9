namespace Signals.Storage.Compaction;

/// <summary>Runs that are worth compacting together. Immutable.</summary>
/// <param name="Reason">Why they are compacted.</param>
/// <param name="Runs">At least one.</param>
/// <param name="Cuts">Where time divides the output; null to divide it by size.</param>
internal sealed record CompactionChoice(CompactionReason Reason, RunSummary[] Runs, IReadOnlyList<long>? Cuts = null)
{
    private long Bytes => Runs.Sum(run => run.Bytes);

    /// <summary>The benefit of a merge: how many runs it removes per byte that it reads.</summary>
    public double RunsRemovedPerByte => (Runs.Length - 1) / (double)Math.Max(1, Bytes);

    /// <summary>Makes the plan that carries this choice out.</summary>
    public CompactionWork ToPlan(ReadOnlySpan<long> oldestKept) => new(
        Reason,
        Runs[0].EventType,
        Runs.Min(run => run.WindowStart),
        [.. Runs.Select(run => run.Number).Order()],
        Bytes,
        oldestKept[Runs[0].EventType],
        Cuts);
}
