using Signals.Core.Columns;
using Signals.Core.Serving.Rows;
using Signals.Serving;

namespace Signals.Tests.Core.Serving.Rows;

/// <summary>Rows that a test makes up: times fall by a second from row to row unless they are given. Threads: one.</summary>
internal sealed class ArrayRows : IFetchedRows
{
    private readonly ArrayColumn[] _columns;
    private readonly int[] _offsets;

    public ArrayRows(int count, ArrayColumn[] columns, long[]? times = null, ushort[]? types = null, int[]? offsets = null)
    {
        _columns = columns;
        TimeArray = times ?? [.. Enumerable.Range(0, count).Select(i => 1_000_000L - (i * 1000L))];
        TypeArray = types ?? new ushort[count];
        _offsets = offsets ?? [0, count];
    }

    public long[] TimeArray { get; }

    public ushort[] TypeArray { get; }

    public ReadOnlySpan<UserId> Users => Enumerable.Range(1, _offsets.Length - 1).Select(user => UserId.From((ulong)user)).ToArray();

    public ReadOnlySpan<long> Times => TimeArray;

    public ReadOnlySpan<ulong> Ids => new ulong[TimeArray.Length];

    public ReadOnlySpan<ushort> EventTypes => TypeArray;

    public ReadOnlySpan<int> Offsets => _offsets;

    public IColumnRows Column(int ordinal) => _columns[ordinal];

    /// <summary>A working set over the rows; the columns are named c0, c1, ...</summary>
    public RowSet Begin(long nowMs = 2_000_000, params ColumnType[] derived)
    {
        ColumnType[] types = [.. _columns.Select(column => column.Type), .. derived];
        RowSet rows = new(new RowLayout([.. types.Select((_, i) => $"c{i}")], types, _columns.Length, _columns.Length));
        rows.Begin(this, nowMs);
        return rows;
    }
}
