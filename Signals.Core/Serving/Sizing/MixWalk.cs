using Signals.Serving;

namespace Signals.Core.Serving.Sizing;

/// <summary>
/// Chooses among candidates by the mix rules: it first reserves places, then visits the candidates from the newest to the oldest.
/// </summary>
/// <remarks>Thread contract: one thread at a time. It is reused and allocates only to grow.</remarks>
internal sealed class MixWalk(SizeRules rules)
{
    private readonly int[] _taken = new int[rules.Quotas.Length];
    private readonly int[] _runs = new int[rules.RunLimits.Length];
    private bool[] _reserved = [];

    /// <param name="rows">The working set.</param>
    /// <param name="candidates">The candidates, newest first.</param>
    /// <param name="finished">Whether these are all candidates.</param>
    /// <param name="left">For each slot, how many more candidates its count allows.</param>
    /// <param name="frontier">
    /// For each slot, the oldest fetched time; <see cref="long.MinValue"/> when there is nothing older. Empty when some fetched
    /// rows were not looked at.
    /// </param>
    /// <param name="chosen">Receives the chosen rows.</param>
    /// <returns>Whether no further candidate could change the choice.</returns>
    public bool Walk(
        RowSet rows, ReadOnlySpan<int> candidates, bool finished, ReadOnlySpan<int> left, ReadOnlySpan<long> frontier, RowChoice chosen)
    {
        bool settled = Reserve(rows, candidates, left, frontier, out int reserved);
        int free = Math.Max(0, rules.Size - reserved);
        int room = rules.Size;
        ReadOnlySpan<ushort> types = rows.EventTypes;
        Array.Clear(_taken);
        Array.Clear(_runs);
        for (int i = 0; i < candidates.Length && room > 0; i++)
        {
            int slot = rules.SlotOf(types[candidates[i]]);
            if (!_reserved[i] && (free == 0 || !IsAllowed(slot)))
            {
                continue;
            }

            free -= _reserved[i] ? 0 : 1;
            room--;
            Take(slot);
            chosen.Add(candidates[i]);
        }

        return finished || (settled && (free == 0 || room == 0));
    }

    /// <summary>
    /// Marks the newest candidates of each quota with a minimum. False when an older row could still be one of them.
    /// </summary>
    private bool Reserve(
        RowSet rows, ReadOnlySpan<int> candidates, ReadOnlySpan<int> left, ReadOnlySpan<long> frontier, out int reserved)
    {
        if (_reserved.Length < candidates.Length)
        {
            _reserved = new bool[Math.Max(candidates.Length, 2 * _reserved.Length)];
        }

        Span<bool> marks = _reserved.AsSpan(0, candidates.Length);
        marks.Clear();
        reserved = 0;
        bool settled = true;
        ReadOnlySpan<ushort> types = rows.EventTypes;
        foreach (Quota quota in rules.Quotas)
        {
            int wanted = quota.Minimum;
            for (int i = 0; i < candidates.Length && wanted > 0; i++)
            {
                if (quota.Slots[rules.SlotOf(types[candidates[i]])])
                {
                    marks[i] = true;
                    wanted--;
                    reserved++;
                }
            }

            settled &= wanted == 0 || AreFinished(quota.Slots, left, frontier);
        }

        return settled;
    }

    private static bool AreFinished(bool[] slots, ReadOnlySpan<int> left, ReadOnlySpan<long> frontier)
    {
        for (int slot = 0; slot < slots.Length; slot++)
        {
            if (slots[slot] && left[slot] > 0 && (frontier.IsEmpty || frontier[slot] != long.MinValue))
            {
                return false;
            }
        }

        return true;
    }

    private bool IsAllowed(int slot)
    {
        for (int i = 0; i < _taken.Length; i++)
        {
            if (rules.Quotas[i].Slots[slot] && _taken[i] >= rules.Quotas[i].Maximum)
            {
                return false;
            }
        }

        for (int i = 0; i < _runs.Length; i++)
        {
            if (rules.RunLimits[i].Slots[slot] && _runs[i] >= rules.RunLimits[i].Maximum)
            {
                return false;
            }
        }

        return true;
    }

    private void Take(int slot)
    {
        for (int i = 0; i < _taken.Length; i++)
        {
            _taken[i] += rules.Quotas[i].Slots[slot] ? 1 : 0;
        }

        for (int i = 0; i < _runs.Length; i++)
        {
            _runs[i] = rules.RunLimits[i].Slots[slot] ? _runs[i] + 1 : 0;
        }
    }
}
