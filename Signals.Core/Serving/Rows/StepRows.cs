using System.Runtime.InteropServices;
using Signals.Enrichment;
using Signals.Serving;

namespace Signals.Core.Serving.Rows;

/// <summary>
/// Binds the rows of one event type in a working set to a step of the host. The rows are copied, because a step expects columns
/// without gaps.
/// </summary>
/// <remarks>
/// Thread contract: one thread at a time. It is reused and allocates only to grow. When a running step is abandoned, it keeps
/// this whole object.
/// </remarks>
internal sealed class StepRows
{
    private readonly int[] _inputs;
    private readonly GatheredColumn[] _columns;
    private int[] _rows = [];
    private long[] _times = [];
    private ulong[] _ids = [];
    private ulong[] _usersHigh = [];
    private ulong[] _usersLow = [];
    private int _count;

    /// <param name="runner">The run of the step, created for one event type.</param>
    /// <param name="inputs">For each input of the step, its ordinal in the working set.</param>
    public StepRows(StepRunner runner, int[] inputs)
    {
        Runner = runner;
        _inputs = inputs;
        _columns = [.. runner.Batch.Signature.Inputs.Select(input => new GatheredColumn(input.Type))];
    }

    public StepRunner Runner { get; }

    /// <summary>The rows of the working set that were bound last.</summary>
    public ReadOnlySpan<int> Rows => _rows.AsSpan(0, _count);

    /// <summary>
    /// Binds all rows of the event type from <paramref name="start"/> up to but excluding <paramref name="end"/>. False when
    /// there are none.
    /// </summary>
    public bool TryBind(RowSet rows, int start, int end)
    {
        Reserve(end - start);
        ushort type = Runner.Batch.EventType.Id;
        ReadOnlySpan<ushort> types = rows.EventTypes;
        _count = 0;
        for (int row = start; row < end; row++)
        {
            _rows[_count] = row;
            _count += types[row] == type ? 1 : 0;
        }

        return Bind(rows);
    }

    /// <summary>Binds those of the given rows that are of the event type. False when there are none.</summary>
    public bool TryBind(RowSet rows, ReadOnlySpan<int> among)
    {
        Reserve(among.Length);
        ushort type = Runner.Batch.EventType.Id;
        ReadOnlySpan<ushort> types = rows.EventTypes;
        _count = 0;
        foreach (int row in among)
        {
            _rows[_count] = row;
            _count += types[row] == type ? 1 : 0;
        }

        return Bind(rows);
    }

    private bool Bind(RowSet rows)
    {
        ReadOnlySpan<int> chosen = Rows;
        if (chosen.IsEmpty)
        {
            return false;
        }

        RowGather.Copy(MemoryMarshal.AsBytes(rows.Times), sizeof(long), chosen, MemoryMarshal.AsBytes(_times.AsSpan(0, _count)));
        RowGather.Copy(MemoryMarshal.AsBytes(rows.Ids), sizeof(ulong), chosen, MemoryMarshal.AsBytes(_ids.AsSpan(0, _count)));
        if (rows.UserCount == 1)
        {
            Runner.Batch.Begin(_times.AsMemory(0, _count), _ids.AsMemory(0, _count), rows.User(0));
        }
        else
        {
            GatherUsers(rows, chosen);
            Runner.Batch.Begin(
                _times.AsMemory(0, _count), _ids.AsMemory(0, _count), _usersHigh.AsMemory(0, _count), _usersLow.AsMemory(0, _count));
        }

        for (int i = 0; i < _inputs.Length; i++)
        {
            _columns[i].Clear();
            _columns[i].Append(rows.Column(_inputs[i]), chosen);
            Runner.Batch.Bind(i, _columns[i]);
        }

        return true;
    }

    /// <summary>
    /// Finds the user of each chosen row. The rows may be in any order: the search goes on where the previous row was found, or
    /// starts again.
    /// </summary>
    private void GatherUsers(RowSet rows, ReadOnlySpan<int> chosen)
    {
        ReadOnlySpan<int> offsets = rows.Offsets;
        int user = 0;
        for (int i = 0; i < chosen.Length; i++)
        {
            user = chosen[i] < offsets[user] ? 0 : user;
            while (chosen[i] >= offsets[user + 1])
            {
                user++;
            }

            UserId id = rows.User(user);
            _usersHigh[i] = id.High;
            _usersLow[i] = id.Low;
        }
    }

    private void Reserve(int count)
    {
        if (_rows.Length <= count)
        {
            int capacity = Math.Max(count + 1, 2 * _rows.Length);
            _rows = new int[capacity];
            _times = new long[capacity];
            _ids = new ulong[capacity];
            _usersHigh = new ulong[capacity];
            _usersLow = new ulong[capacity];
        }
    }
}
