using Signals.Core.Columns;
using Signals.Core.Serving.Rows;

namespace Signals.Bench.Micro;

/// <summary>The rows of one user, with buffers as columns. Immutable.</summary>
internal sealed class BufferRows(int count, params ColumnBuffer[] columns) : IFetchedRows
{
    private readonly long[] _times = [.. Enumerable.Range(0, count).Select(i => (long)(count - i))];
    private readonly ulong[] _ids = new ulong[count];
    private readonly ushort[] _types = new ushort[count];
    private readonly int[] _offsets = [0, count];
    private readonly UserId[] _users = [UserId.From(1)];

    public ReadOnlySpan<UserId> Users => _users;

    public ReadOnlySpan<long> Times => _times;

    public ReadOnlySpan<ulong> Ids => _ids;

    public ReadOnlySpan<ushort> EventTypes => _types;

    public ReadOnlySpan<int> Offsets => _offsets;

    public IColumnRows Column(int ordinal) => columns[ordinal];
}
