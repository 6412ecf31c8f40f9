using Signals.Core.Columns;
using Signals.Storage.Primitives;
using Signals.Storage.Tables;
using Signals.Storage.Versions;

namespace Signals.Storage.Reads;

/// <summary>
/// Merges the patches of a user into the columns of chosen rows. Both are in table order, so it walks them side by side and
/// copies adjacent winning cells together.
/// </summary>
/// <remarks>
/// Thread contract: owned by one read at a time; reused; allocates only to grow. The caller is inside a read epoch.
/// </remarks>
internal sealed class PatchMerger
{
    private const int KeysAtOnce = 128;

    private readonly PooledList<PatchHolder> _holders = new();
    private readonly PooledList<byte> _states = new();
    private readonly PooledList<ulong> _stamps = new();
    private readonly PooledList<byte> _value = new();
    private readonly long[] _times = new long[KeysAtOnce];
    private readonly ulong[] _ids = new ulong[KeysAtOnce];

    /// <summary>Finds the patch runs that may change the chosen rows. Returns false when there are none.</summary>
    public bool Find(ReadView view, in UserId user, QueryType type, TypeStage stage)
    {
        _holders.Release();
        ReadOnlySpan<Table> patches = view.Tables.PatchesOf(type.EventType.Id);
        if (patches.IsEmpty || stage.Count == 0 || type.Stored.Length == 0)
        {
            return false;
        }

        long newest = stage.Times[0];
        long oldest = stage.Times[stage.Count - 1];
        TableCandidates candidates = view.Tables.PatchCandidatesOf(type.EventType.Id, user.Hash64);
        while (candidates.TryNext(oldest, out Table table))
        {
            if (table.Meta.MinTime <= newest && table.TryFind(user, out UserRows rows)
                && rows.OldestTime <= newest && rows.NewestTime >= oldest)
            {
                _holders.Add(new PatchHolder(table, rows));
            }
        }

        return _holders.Count > 0;
    }

    /// <summary>Merges the cells of these runs into the columns of the stage, which hold stamps.</summary>
    public void Apply(QueryType type, TypeStage stage, ReadOnlySpan<ColumnOutput> outputs)
    {
        foreach (ref readonly PatchHolder holder in _holders.Span)
        {
            Walk(holder, type, stage, outputs);
        }
    }

    public long HeldBytes => _states.HeldBytes + _stamps.HeldBytes + _value.HeldBytes;

    /// <summary>Forgets the patch runs.</summary>
    public void Release() => _holders.Release();

    private void Walk(in PatchHolder holder, QueryType type, TypeStage stage, ReadOnlySpan<ColumnOutput> outputs)
    {
        long row = holder.Rows.FirstRow + CountNewer(holder, stage.Times[0], type.Stored);
        long end = holder.Rows.FirstRow + holder.Rows.Count;
        int chosen = 0;
        while (row < end && chosen < stage.Count)
        {
            Block block = holder.Table.GetBlock(holder.Table.FindBlock(row), type.Stored, StampParts.Cells);
            int start = (int)(row - block.FirstRow);
            int count = (int)Math.Min(Math.Min(block.Rows - start, end - row), KeysAtOnce);
            block.Times.CopyLongs(start, count, _times);
            block.Ids.CopyULongs(start, count, _ids);
            chosen = MergeKeys(block, start, count, chosen, type, stage, outputs);
            row += count;
        }
    }

    /// <summary>Walks some keys of a block beside the chosen rows. Returns the next chosen row.</summary>
    private int MergeKeys(
        Block block, int start, int count, int chosen, QueryType type, TypeStage stage, ReadOnlySpan<ColumnOutput> outputs)
    {
        ReadOnlySpan<long> times = stage.Times.Span;
        ReadOnlySpan<ulong> ids = stage.Ids.Span;
        for (int i = 0; i < count && chosen < times.Length;)
        {
            int order = Order(_times[i], _ids[i], times[chosen], ids[chosen]);
            if (order != 0)
            {
                i += order < 0 ? 1 : 0;
                chosen += order > 0 ? 1 : 0;
                continue;
            }

            int run = 1;
            while (i + run < count && chosen + run < times.Length
                && Order(_times[i + run], _ids[i + run], times[chosen + run], ids[chosen + run]) == 0)
            {
                run++;
            }

            MergeRun(block, start + i, run, chosen, type, outputs);
            i += run;
            chosen += run;
        }

        return chosen;
    }

    private void MergeRun(Block block, int start, int count, int chosen, QueryType type, ReadOnlySpan<ColumnOutput> outputs)
    {
        for (int i = 0; i < outputs.Length; i++)
        {
            int column = type.Columns[i];
            if (column < 0 || !block.HasColumn(column))
            {
                continue;
            }

            _states.Clear();
            _stamps.Clear();
            Span<byte> states = _states.Extend(count);
            Span<ulong> stamps = _stamps.Extend(count);
            ColumnChunk chunk = block.Column(column);
            chunk.CopyStates(start, count, states);
            block.CopyCellStamps(column, start, stamps);
            if (outputs[i].Type.IsVariable)
            {
                MergeVariable(chunk, start, chosen, states, stamps, outputs[i]);
            }
            else
            {
                MergeFixed(chunk, start, chosen, states, stamps, outputs[i]);
            }
        }
    }

    private static void MergeVariable(
        in ColumnChunk chunk, int start, int chosen, ReadOnlySpan<byte> states, ReadOnlySpan<ulong> stamps, ColumnOutput output)
    {
        for (int i = 0; i < states.Length; i++)
        {
            output.Merge(chosen + i, stamps[i], (ColumnState)states[i], chunk.GetBytes(start + i));
        }
    }

    // A cell that wins by its stamp needs no comparison of values, so adjacent ones are copied together.
    private void MergeFixed(
        in ColumnChunk chunk, int start, int chosen, ReadOnlySpan<byte> states, ReadOnlySpan<ulong> stamps, ColumnOutput output)
    {
        for (int i = 0; i < states.Length;)
        {
            int run = i;
            while (run < states.Length && output.IsBelow(chosen + run, stamps[run], (ColumnState)states[run]))
            {
                run++;
            }

            if (run > i)
            {
                output.Replace(chosen + i, chunk, start + i, states[i..run], stamps[i..run]);
                i = run;
                continue;
            }

            _value.Clear();
            Span<byte> value = _value.Extend(output.Type.Width);
            chunk.CopyValues(start + i, 1, value);
            output.Merge(chosen + i, stamps[i], (ColumnState)states[i], value);
            i++;
        }
    }

    /// <summary>How many rows of the user are newer than a time.</summary>
    private static int CountNewer(in PatchHolder holder, long time, int[] stored) => time == long.MaxValue
        ? 0
        : HolderReader.CountFrom(new RowHolder(holder.Table, holder.Rows), time + 1, stored);

    private static int Order(long time, ulong id, long otherTime, ulong otherId) =>
        time != otherTime ? otherTime.CompareTo(time) : id.CompareTo(otherId);
}
