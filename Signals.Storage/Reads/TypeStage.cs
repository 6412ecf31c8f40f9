using Signals.Core.Columns;
using Signals.Storage.Primitives;

namespace Signals.Storage.Reads;

/// <summary>The chosen rows of one event type, newest first: their keys, where they are, and for a merge of types their columns.</summary>
/// <remarks>Thread contract: owned by one read at a time; reused.</remarks>
internal sealed class TypeStage
{
    private ColumnOutput[] _columns = [];

    public PooledList<long> Times { get; } = new();

    public PooledList<ulong> Ids { get; } = new();

    public PooledList<RowSlice> Slices { get; } = new();

    public int Count => Times.Count;

    public void Clear()
    {
        Times.Clear();
        Ids.Clear();
        Slices.Clear();
    }

    /// <summary>Keeps the newest <paramref name="rows"/> rows.</summary>
    public void Truncate(int rows)
    {
        Times.Truncate(rows);
        Ids.Truncate(rows);
        int kept = 0;
        while (rows > 0)
        {
            ref RowSlice slice = ref Slices[kept++];
            slice = slice with { Count = Math.Min(slice.Count, rows) };
            rows -= slice.Count;
        }

        Slices.Truncate(kept);
    }

    /// <summary>Empty outputs for the columns of a query.</summary>
    public ReadOnlySpan<ColumnOutput> ResetColumns(ColumnType[] types)
    {
        ColumnOutput.Reset(ref _columns, types);
        return Columns(types.Length);
    }

    public ReadOnlySpan<ColumnOutput> Columns(int count) => _columns.AsSpan(0, count);
}
