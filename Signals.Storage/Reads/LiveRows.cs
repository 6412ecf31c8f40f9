using Signals.Core.Columns;
using Signals.Storage.Tables;

namespace Signals.Storage.Reads;

/// <summary>
/// Takes the rows of one table whose events are there, newest first. Where all rows of a block were retracted, or none was ever inserted,
/// the block is skipped as a whole: rows are looked at only in blocks that hold both.
/// </summary>
/// <remarks>
/// Thread contract: owned by one read at a time; reused. Invariant: what is skipped counts towards last-N all the same, if it was inserted.
/// </remarks>
internal sealed class LiveRows
{
    private const int RowsAtOnce = 256;

    private readonly long[] _times = new long[RowsAtOnce];
    private readonly ulong[] _ids = new ulong[RowsAtOnce];
    private readonly ulong[] _inserted = new ulong[RowsAtOnce];
    private readonly ulong[] _retracted = new ulong[RowsAtOnce];

    /// <summary>Rows that were looked at, and blocks that were skipped, over all reads.</summary>
    public long Steps { get; private set; }

    /// <summary>Takes rows of a source that is alone in its cluster.</summary>
    /// <param name="source">Rows of a table.</param>
    /// <param name="index">Its index in the read's source list.</param>
    /// <param name="bounds">From when to when.</param>
    /// <param name="keep">How many events still count; less those that were met.</param>
    /// <param name="wanted">How many are still wanted; less those that were taken.</param>
    /// <param name="stage">Receives the rows.</param>
    public void Take(in ReadSource source, int index, in TimeBounds bounds, ref int keep, ref int wanted, TypeStage stage)
    {
        Table table = source.Table!;
        long end = source.FirstRow + source.Count;
        for (long row = source.FirstRow; row < end && keep > 0 && wanted > 0;)
        {
            Block block = table.GetBlock(table.FindBlock(row), [], StampParts.Existence);
            int start = (int)(row - block.FirstRow);
            int count = (int)Math.Min(block.Rows - start, end - row);
            if (block.Times.GetLong(start) < bounds.From)
            {
                return;
            }

            if (block.TryGetExistence(out ulong inserted, out ulong retracted) && inserted <= retracted)
            {
                Steps++;
                keep -= inserted > 0 ? Math.Min(keep, count) : 0;
            }
            else
            {
                count = Math.Min(count, RowsAtOnce);
                TakeSome(block, start, count, index, bounds, ref keep, ref wanted, stage);
            }

            row += count;
        }
    }

    private void TakeSome(
        Block block, int start, int count, int index, in TimeBounds bounds, ref int keep, ref int wanted, TypeStage stage)
    {
        block.Times.CopyLongs(start, count, _times);
        block.Ids.CopyULongs(start, count, _ids);
        block.CopyExistence(start, _inserted.AsSpan(0, count), _retracted.AsSpan(0, count));
        for (int i = 0; i < count && keep > 0 && wanted > 0 && _times[i] >= bounds.From; i++)
        {
            Steps++;
            keep -= _inserted[i] > 0 ? 1 : 0;
            if (_inserted[i] <= _retracted[i] || _times[i] >= bounds.To)
            {
                continue;
            }

            if (_retracted[i] > 0)
            {
                stage.Retracted.Add(new RetractedRow(stage.Count, _retracted[i]));
            }

            wanted--;
            stage.Times.Add(_times[i]);
            stage.Ids.Add(_ids[i]);
            AddRow(stage, index, block.FirstRow + start + i);
        }
    }

    private static void AddRow(TypeStage stage, int index, long row)
    {
        if (stage.Slices.Count > 0)
        {
            ref RowSlice last = ref stage.Slices[stage.Slices.Count - 1];
            if (last.Source == index && last.Step == 1 && last.Row + last.Count == row)
            {
                last = last with { Count = last.Count + 1 };
                return;
            }
        }

        stage.Slices.Add(new RowSlice(index, row, 1, 1));
    }
}
