using Signals.Storage.Primitives;

namespace Signals.Storage.Reads;

/// <summary>
/// Completes the columns of the chosen rows of one event type when stamps decide: when an event has copies in several sources,
/// patches, or a retraction.
/// </summary>
/// <remarks>
/// Thread contract: owned by one read at a time; reused. Reads of events that were only streamed do not come here, because equal
/// stamps need no comparison. The order of the merges does not change which cell is the greatest. Retractions come last, so that
/// a cell becomes void only if even the greatest one is not newer than the retraction.
/// </remarks>
internal sealed class StampedStage(ColumnGatherer gatherer, PooledList<DuplicateRow> duplicates)
{
    private readonly PatchMerger _patches = new();

    public long HeldBytes => _patches.HeldBytes;

    /// <summary>
    /// Whether the columns of a stage need stamps. It also finds the patches that <see cref="Complete"/> applies.
    /// </summary>
    public bool IsNeeded(ReadView view, in UserId user, QueryType type, TypeStage stage) =>
        _patches.Find(view, user, type, stage) || stage.Retracted.Count > 0 || (stage.HasDuplicates && stage.IsStamped);

    /// <summary>Completes columns that already hold the chosen rows' own cells.</summary>
    public void Complete(QueryType type, int slot, TypeStage stage, ReadOnlySpan<ColumnOutput> outputs)
    {
        gatherer.GatherStamps(type, stage.Slices.Span, outputs);
        if (stage.HasDuplicates)
        {
            MergeDuplicates(type, slot, stage, outputs);
        }

        _patches.Apply(type, stage, outputs);
        foreach (RetractedRow retracted in stage.Retracted.Span)
        {
            foreach (ColumnOutput output in outputs)
            {
                output.Void(retracted.Row, retracted.Stamp);
            }
        }

        _patches.Release();
    }

    /// <summary>Forgets what the read used.</summary>
    public void Release() => _patches.Release();

    private void MergeDuplicates(QueryType type, int slot, TypeStage stage, ReadOnlySpan<ColumnOutput> outputs)
    {
        foreach (ref readonly DuplicateRow duplicate in duplicates.Span)
        {
            int row = duplicate.TypeSlot == slot ? stage.Find(duplicate.Key.Time, duplicate.Key.Id) : -1;
            if (row >= 0)
            {
                gatherer.MergeStampedDuplicate(type, duplicate.Key, row, outputs);
            }
        }
    }
}
