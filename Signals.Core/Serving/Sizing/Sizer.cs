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
    private readonly int[] _fetched = new int[rules.Counts.Length];
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

        bool finished = Collect(rows, start, end);
        if (rules.HasMix)
        {
            return _mix.Walk(rows, _candidates.Span, finished, _left, _stoppedAt < end ? [] : _frontier, chosen);
        }

        foreach (int row in _candidates.Span)
        {
            chosen.Add(row);
        }

        return finished;
    }

    /// <summary>Whether the store may hold older rows of the user than those that were fetched.</summary>
    public bool HasOlder(RowSet rows, int user, ReadOnlySpan<int> asked)
    {
        Begin(rows, rows.Offsets[user], rows.Offsets[user + 1], asked);
        return _horizon != long.MinValue;
    }

    private void Begin(RowSet rows, int start, int end, ReadOnlySpan<int> asked)
    {
        _candidates.Truncate(0);
        rules.Counts.CopyTo(_left, 0);
        Array.Clear(_fetched);
        ReadOnlySpan<ushort> types = rows.EventTypes;
        ReadOnlySpan<long> times = rows.Times;
        for (int row = start; row < end; row++)
        {
            int slot = rules.SlotOf(types[row]);
            _fetched[slot]++;
            _frontier[slot] = times[row];
        }

        for (int slot = 0; slot < _frontier.Length; slot++)
        {
            _frontier[slot] = _fetched[slot] < asked[slot] ? long.MinValue : _fetched[slot] == 0 ? long.MaxValue : _frontier[slot];
        }

        FindHorizon();
        if (rules.DedupColumns.Length > 0)
        {
            _dedup.Begin(rows, rules);
        }
    }

    /// <summary>What is not newer than this time may be of any type.</summary>
    private void CutAt(long time)
    {
        Array.Fill(_frontier, time);
        FindHorizon();
    }

    /// <summary>Collects candidates down to the horizon; true when no further one can matter.</summary>
    private bool Collect(RowSet rows, int start, int end)
    {
        ReadOnlySpan<ushort> types = rows.EventTypes;
        ReadOnlySpan<long> times = rows.Times;
        RowMask mask = rows.Mask;
        int most = rules.HasMix ? int.MaxValue : rules.Size;
        _stoppedAt = end;
        for (int row = mask.Next(start, end); row < end && _candidates.Count < most; row = mask.Next(row + 1, end))
        {
            int slot = rules.SlotOf(types[row]);
            if (times[row] <= (slot == _horizonSlot ? _horizonOfOthers : _horizon))
            {
                _stoppedAt = row;
                return false;
            }

            if (_left[slot] == 0 || (rules.DedupColumns.Length > 0 && !_dedup.TryTake(row)))
            {
                continue;
            }

            _candidates.Add(row);
            if (--_left[slot] == 0)
            {
                FindHorizon();
            }
        }

        return _candidates.Count == most || _horizon == long.MinValue;
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
