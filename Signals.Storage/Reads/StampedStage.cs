using Signals.Core.Model;
using Signals.Storage.Primitives;

namespace Signals.Storage.Reads;

/// <summary>
/// Puts the columns of the chosen rows of one event type together where stamps decide: copies of an event in several sources, patches,
/// retractions.
/// </summary>
/// <remarks>
/// Thread contract: owned by one read at a time; reused. Reads of events that only ever were streamed do not come here, because one
/// stamp needs no comparison. The order of steps does not matter to what is the greatest cell; retractions come last, so that a cell is
/// void only if the greatest is.
/// </remarks>
internal sealed class StampedStage(ColumnGatherer gatherer, PooledList<DuplicateRow> duplicates)
{
    private readonly PatchMerger _patches = new();

    public long HeldBytes => _patches.HeldBytes;

    /// <summary>Whether the columns of a stage need stamps. Finds the patches that <see cref="Complete"/> applies.</summary>
    public bool IsNeeded(ReadView view, in UserId user, QueryType type, TypeStage stage) =>
        _patches.Find(view, user, type, stage) || stage.Retracted.Count > 0 || (stage.HasDuplicates && stage.IsStamped);

    /// <summary>Completes columns in which the chosen rows' own cells are.</summary>
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

    /// <summary>Forgets what the read held.</summary>
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
