using Signals.Core.Placement;
using Signals.Core.Serving.Rows;
using Signals.Enrichment;
using Signals.Serving;

namespace Signals.Core.Serving;

/// <summary>
/// Runs one enricher over chosen rows, or only over those without a stored value, and puts its columns into the working set.
/// </summary>
/// <remarks>
/// Thread contract: one thread at a time. It is reused and allocates only to grow. A remote enricher that is not back in time
/// keeps the objects that it was given, because it may still write into them; the next run uses fresh objects.
/// </remarks>
internal sealed class EnricherExecution
{
    private readonly PlannedEnricher _use;
    private readonly StepRows[] _types;
    private int[] _lacking = [];
    private bool[] _lacks = [];
    private uint _runs;

    public EnricherExecution(PlannedEnricher use)
    {
        _use = use;
        _types = new StepRows[use.Types.Length];
        for (int i = 0; i < _types.Length; i++)
        {
            _types[i] = NewRows(i);
        }
    }

    public PlannedEnricher Use => _use;

    /// <summary>The number of rows that the last run computed.</summary>
    public int Computed { get; private set; }

    /// <summary>Fills the enricher's columns in the given rows. False when the enricher was too late.</summary>
    public bool Run(RowSet rows, ReadOnlySpan<int> chosen, in ReadBudget budget)
    {
        bool isSampled = _use.Gauge is not null && _runs++ % EnricherGauge.SampleEvery == 0;
        long start = isSampled ? budget.Time.GetTimestamp() : 0;
        bool complete = Run(rows, _use.FillsStored ? Lacking(rows, chosen) : chosen, budget, isSampled);
        if (isSampled)
        {
            // The first run represents only itself, so that an enricher that seldom runs is not overestimated.
            int weight = _runs == 1 ? 1 : EnricherGauge.SampleEvery;
            _use.Gauge!.AddRun(weight, Taken(rows, chosen), Computed, budget.Time.GetElapsedTime(start));
        }

        // A local enricher cannot be interrupted. It was too late when the deadline has passed by the time it ends.
        if (_use.Gauge is not null && Computed > 0 && (!complete || (budget.HasDeadline && budget.IsExpired)))
        {
            _use.Gauge.AddLate();
        }

        return complete;
    }

    /// <summary>The number of rows whose event types the enricher takes.</summary>
    public int Taken(RowSet rows, ReadOnlySpan<int> chosen)
    {
        int taken = 0;
        ReadOnlySpan<ushort> types = rows.EventTypes;
        foreach (int row in chosen)
        {
            foreach (StepRows type in _types)
            {
                taken += types[row] == type.Runner.Batch.EventType.Id ? 1 : 0;
            }
        }

        return taken;
    }

    private bool Run(RowSet rows, ReadOnlySpan<int> chosen, in ReadBudget budget, bool isSampled)
    {
        bool complete = true;
        Computed = 0;
        for (int i = 0; i < _types.Length; i++)
        {
            if (!_types[i].TryBind(rows, chosen))
            {
                continue;
            }

            Computed += _types[i].Rows.Length;
            if (!TryEnrich(i, budget))
            {
                complete = false;
                continue;
            }

            Take(rows, _types[i]);
            if (isSampled)
            {
                _use.Gauge!.AddValues(_types[i].Runner.Batch);
            }
        }

        return complete;
    }

    private void Take(RowSet rows, StepRows bound)
    {
        for (int output = 0; output < _use.Outputs.Length; output++)
        {
            int ordinal = _use.Outputs[output];
            if (ordinal < 0)
            {
                continue;
            }

            if (_use.FillsStored)
            {
                rows.Derived(ordinal).Fill(bound.Runner.Batch.Outputs[output], bound.Rows);
            }
            else
            {
                rows.Derived(ordinal).Scatter(bound.Runner.Batch.Outputs[output], bound.Rows);
            }
        }
    }

    /// <summary>Those of the rows in which at least one of the enricher's columns is absent.</summary>
    private ReadOnlySpan<int> Lacking(RowSet rows, ReadOnlySpan<int> chosen)
    {
        if (_lacking.Length < chosen.Length)
        {
            _lacking = new int[Math.Max(chosen.Length, 2 * _lacking.Length)];
            _lacks = new bool[_lacking.Length];
        }

        Span<bool> lacks = _lacks.AsSpan(0, chosen.Length);
        lacks.Clear();
        bool any = false;
        foreach (int ordinal in _use.Outputs)
        {
            ReadOnlySpan<byte> states = ordinal < 0 ? default : rows.Column(ordinal).RowStates;
            if (!states.Contains((byte)ColumnState.Absent))
            {
                continue;
            }

            any = true;
            for (int i = 0; i < chosen.Length; i++)
            {
                lacks[i] |= states[chosen[i]] == (byte)ColumnState.Absent;
            }
        }

        int count = 0;
        for (int i = 0; any && i < chosen.Length; i++)
        {
            _lacking[count] = chosen[i];
            count += lacks[i] ? 1 : 0;
        }

        return _lacking.AsSpan(0, count);
    }

    private bool TryEnrich(int index, in ReadBudget budget)
    {
        if (_use.Step is IEnricher)
        {
            _types[index].Runner.Enrich();
            return true;
        }

        TimeSpan limit = budget.Remaining;
        limit = _use.Timeout is { } timeout && timeout < limit ? timeout : limit;
        return TryEnrichRemote(index, limit, budget.Time);
    }

    private bool TryEnrichRemote(int index, TimeSpan limit, TimeProvider time)
    {
        StepRows bound = _types[index];
        bool isEndless = limit.TotalMilliseconds >= int.MaxValue;
        using CancellationTokenSource cancel = isEndless ? new CancellationTokenSource() : new CancellationTokenSource(limit, time);
        ValueTask running = bound.Runner.EnrichAsync(cancel.Token);
        if (running.IsCompletedSuccessfully)
        {
            running.GetAwaiter().GetResult();
            return true;
        }

        Task task = running.AsTask();
        try
        {
            Wait(task, isEndless ? Timeout.InfiniteTimeSpan : limit, time);
            return true;
        }
        catch (Exception error) when (error is TimeoutException or OperationCanceledException)
        {
            cancel.Cancel();
            _types[index] = NewRows(index);
            return false;
        }
    }

    /// <summary>
    /// Waits on this thread, and tells the thread pool that the thread is blocked. With the system's clock the limit holds even
    /// when every thread of the pool is blocked like this, because ending the wait needs no pool thread.
    /// </summary>
    private static void Wait(Task task, TimeSpan limit, TimeProvider time)
    {
        if (limit != Timeout.InfiniteTimeSpan && time != TimeProvider.System)
        {
            task = task.WaitAsync(limit, time);
        }
        else if (Task.WaitAny([task], limit) < 0)
        {
            throw new TimeoutException();
        }

        task.GetAwaiter().GetResult();
    }

    private StepRows NewRows(int index) =>
        new(new StepRunner(_use.Step, _use.Types[index], StepPhase.Serving), _use.Inputs);
}
