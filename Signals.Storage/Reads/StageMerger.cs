using Signals.Storage.Primitives;

namespace Signals.Storage.Reads;

/// <summary>Merges the chosen rows of several event types by time: newest first, ties by event type id.</summary>
/// <remarks>Thread contract: owned by one read at a time; reused.</remarks>
internal sealed class StageMerger
{
    private readonly PooledList<Cursor> _cursors = new();

    /// <summary>Appends the newest <paramref name="last"/> rows over all stages to the answer.</summary>
    public void Merge(
        ReadOnlySpan<TypeStage> stages, QueryType[] types, int last, PooledList<long> times, PooledList<ulong> ids, PooledList<ushort> eventTypes, PooledList<RowSlice> slices)
    {
        _cursors.Clear();
        _cursors.Extend(stages.Length).Clear();
        int previous = -1;
        for (int row = 0; row < last; row++)
        {
            int newest = Newest(stages);
            if (newest < 0)
            {
                return;
            }

            ref Cursor cursor = ref _cursors[newest];
            TypeStage stage = stages[newest];
            times.Add(stage.Times[cursor.Row]);
            ids.Add(stage.Ids[cursor.Row]);
            eventTypes.Add(types[newest].EventType.Id);
            ref readonly RowSlice slice = ref stage.Slices[cursor.Slice];
            if (previous == newest && cursor.InSlice > 0)
            {
                ref RowSlice open = ref slices[slices.Count - 1];
                open = open with { Count = open.Count + 1 };
            }
            else
            {
                slices.Add(slice.Part(cursor.InSlice, 1));
            }

            cursor.Row++;
            cursor.InSlice++;
            if (cursor.InSlice == slice.Count)
            {
                cursor.Slice++;
                cursor.InSlice = 0;
            }

            previous = newest;
        }
    }

    private int Newest(ReadOnlySpan<TypeStage> stages)
    {
        int newest = -1;
        long time = 0;
        for (int i = 0; i < stages.Length; i++)
        {
            int row = _cursors[i].Row;
            if (row < stages[i].Count && (newest < 0 || stages[i].Times[row] > time))
            {
                newest = i;
                time = stages[i].Times[row];
            }
        }

        return newest;
    }

    private struct Cursor
    {
        public int Row;
        public int Slice;
        public int InSlice;
    }
}
