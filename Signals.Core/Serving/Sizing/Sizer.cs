using Signals.Serving;

namespace Signals.Core.Serving.Sizing;

/// <summary>
/// Chooses the rows of a sequence exactly as the definition describes, from the rows that were fetched. It visits them from the
/// newest to the oldest and stops where a row that was not fetched could come first.
/// </summary>
/// <remarks>
/// Thread contract: one thread at a time. It is reused and allocates only to grow. The newest rows of each event type were
/// fetched. A type is finished when there are no older rows, or when its count is full: its older rows are then skipped and
/// suppress nothing. The horizon is the newest of the oldest fetched times of the unfinished types. Every row above the horizon
/// was fetched. A row whose time is exactly the horizon is only certain when its type sets the horizon.
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
    /// <param name="user">The index of the user in the working set.</param>
    /// <param name="asked">For each slot, how many rows were asked for. When fewer came, there are no older ones.</param>
    /// <param name="chosen">Receives the chosen rows.</param>
    /// <param name="known">
    /// The first row of the working set about which nothing is known; when left out, all rows are known.
    /// </param>
    /// <returns>False when older rows could change the choice. The rows added are then the newest part that is certain.</returns>
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

    /// <summary>Treats rows that are not newer than this time as not fetched, for all event types.</summary>
    private void CutAt(long time)
    {
        Array.Fill(_frontier, time);
        FindHorizon();
    }

    /// <summary>Collects candidates down to the horizon. True when no further candidate can matter.</summary>
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

    /// <summary>
    /// Computes the horizon. A type's frontier only bounds the rows of other types, because among its own rows the fetched ones
    /// come first.
    /// </summary>
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
