using Signals.Core.Serving.Rows;

namespace Signals.Core.Serving.Sizing;

/// <summary>
/// Chooses the rows of a sequence exactly as the definition says, from as many rows as were fetched: goes from the newest to the oldest
/// and stops where a row that was not fetched could come first.
/// </summary>
/// <remarks>
/// Thread contract: one thread at a time; reused, allocates only to grow. Of each event type the newest rows were fetched. A type is
/// finished when there are no older ones or its count is full: what is older of it is passed over and suppresses nothing. The horizon is
/// the newest of the oldest fetched times of the unfinished types: above it, every row is there. A row at the horizon's own time is taken
/// for certain only where its type sets the horizon.
/// </remarks>
internal sealed class Sizer(SizeRules rules)
{
    private readonly DedupIndex _dedup = new();
    private readonly MixWalk _mix = new(rules);
    private readonly RowChoice _candidates = new();
    private readonly int[] _left = new int[rules.Counts.Length];
    private int[] _in = [];
    private readonly long[] _frontier = new long[rules.Counts.Length];
    private long _horizon;
    private long _horizonOfOthers;
    private int _horizonSlot;
    private int _stoppedAt;

    /// <summary>Adds the chosen rows, newest first.</summary>
    /// <param name="rows">The working set.</param>
    /// <param name="user">Which user of it.</param>
    /// <param name="asked">For each slot how many rows were asked for; where fewer came, there are no older ones.</param>
    /// <param name="chosen">Where to add.</param>
    /// <param name="known">From which row of the working set on nothing is known of the rows; none when left out.</param>
    /// <returns>False when older rows could change the choice; what was added is then the newest part that is certain.</returns>
    public bool Choose(RowSet rows, int user, ReadOnlySpan<int> asked, RowChoice chosen, int known = int.MaxValue)
    {
        int start = rows.Offsets[user];
        int end = rows.Offsets[user + 1];
        Begin(rows, start, end, asked);
        if (known < end)
        {
            end = Math.Max(start, known);
            CutAt(rows.Times[end]);
        }

        if (!rules.HasMix)
        {
            return Collect(rows, start, end, chosen);
        }

        _candidates.Truncate(0);
        bool finished = Collect(rows, start, end, _candidates);
        return _mix.Walk(rows, _candidates.Span, finished, _left, _stoppedAt < end ? [] : _frontier, chosen);
    }

    /// <summary>Whether the store may hold older rows of the user than those that were fetched.</summary>
    public bool HasOlder(RowSet rows, int user, ReadOnlySpan<int> asked)
    {
        Begin(rows, rows.Offsets[user], rows.Offsets[user + 1], asked);
        return _horizon != long.MinValue;
    }

    private void Begin(RowSet rows, int start, int end, ReadOnlySpan<int> asked)
    {
        rules.Counts.CopyTo(_left, 0);
        ReadOnlySpan<ushort> types = rows.EventTypes[start..end];
        ReadOnlySpan<long> times = rows.Times[start..end];
        for (int slot = 0; slot < _frontier.Length; slot++)
        {
            ushort type = rules.TypeOf(slot);
            int oldest = types.LastIndexOf(type);
            _frontier[slot] = types.Count(type) < asked[slot] ? long.MinValue : oldest < 0 ? long.MaxValue : times[oldest];
        }

        FindHorizon();
    }

    /// <summary>What is not newer than this time may be of any type.</summary>
    private void CutAt(long time)
    {
        Array.Fill(_frontier, time);
        FindHorizon();
    }

    /// <summary>Collects candidates down to the horizon; true when no further one can matter.</summary>
    private bool Collect(RowSet rows, int start, int end, RowChoice candidates)
    {
        ReadOnlySpan<ushort> types = rows.EventTypes;
        ReadOnlySpan<long> times = rows.Times;
        int most = rules.HasMix ? int.MaxValue : candidates.Count + rules.Size;
        bool distinct = rules.DedupColumns.Length > 0;
        if (distinct)
        {
            _dedup.Begin(rows, rules, start, end);
        }

        _stoppedAt = end;
        foreach (int row in RowsIn(rows.Mask, start, end))
        {
            int slot = rules.SlotOf(types[row]);
            if (times[row] <= (slot == _horizonSlot ? _horizonOfOthers : _horizon))
            {
                _stoppedAt = row;
                return false;
            }

            if (_left[slot] == 0 || (distinct && !_dedup.TryTake(row)))
            {
                continue;
            }

            candidates.Add(row);
            if (candidates.Count == most)
            {
                return true;
            }

            if (--_left[slot] == 0)
            {
                FindHorizon();
            }
        }

        return _horizon == long.MinValue;
    }

    private ReadOnlySpan<int> RowsIn(RowMask mask, int start, int end)
    {
        if (_in.Length < end - start)
        {
            _in = new int[Math.Max(end - start, 2 * _in.Length)];
        }

        return _in.AsSpan(0, mask.CopyRows(start, end, _in));
    }

    /// <summary>Of a type's own rows the fetched ones come first, so its frontier bounds the rows of the other types alone.</summary>
    private void FindHorizon()
    {
        _horizon = long.MinValue;
        _horizonOfOthers = long.MinValue;
        _horizonSlot = -1;
        for (int slot = 0; slot < _left.Length; slot++)
        {
            if (_left[slot] == 0)
            {
                continue;
            }

            if (_frontier[slot] > _horizon)
            {
                _horizonOfOthers = _horizon;
                _horizon = _frontier[slot];
                _horizonSlot = slot;
            }
            else
            {
                _horizonOfOthers = Math.Max(_horizonOfOthers, _frontier[slot]);
            }
        }
    }
}
