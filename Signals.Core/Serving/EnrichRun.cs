using Signals.Core.Enrichment;
using Signals.Core.Serving.Rows;

namespace Signals.Core.Serving;

/// <summary>Runs one enricher over chosen rows and puts its columns into the working set.</summary>
/// <remarks>
/// Thread contract: one thread at a time; reused, allocates only to grow. A remote enricher that is not back in time keeps what it was
/// given, and gets fresh objects next time: it may still write into the old ones.
/// </remarks>
internal sealed class EnrichRun
{
    private readonly EnrichUse _use;
    private readonly StepRows[] _types;

    public EnrichRun(EnrichUse use)
    {
        _use = use;
        _types = new StepRows[use.Types.Length];
        for (int i = 0; i < _types.Length; i++)
        {
            _types[i] = NewRows(i);
        }
    }

    public EnrichUse Use => _use;

    /// <summary>Fills the enricher's columns in the given rows; false when it was too late.</summary>
    public bool Run(RowSet rows, ReadOnlySpan<int> chosen, in ReadBudget budget)
    {
        bool complete = true;
        for (int i = 0; i < _types.Length; i++)
        {
            if (!_types[i].TryBind(rows, chosen))
            {
                continue;
            }

            if (!TryEnrich(i, budget))
            {
                complete = false;
                continue;
            }

            StepRows bound = _types[i];
            for (int output = 0; output < _use.Outputs.Length; output++)
            {
                rows.Derived(_use.Outputs[output]).Scatter(bound.Run.Batch.Outputs[output], bound.Rows);
            }
        }

        return complete;
    }

    private bool TryEnrich(int index, in ReadBudget budget)
    {
        if (_use.Step is IEnricher)
        {
            _types[index].Run.Enrich();
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
        ValueTask running = bound.Run.EnrichAsync(cancel.Token);
        if (running.IsCompletedSuccessfully)
        {
            running.GetAwaiter().GetResult();
            return true;
        }

        Task task = running.AsTask();
        try
        {
            (isEndless ? task : task.WaitAsync(limit, time)).GetAwaiter().GetResult();
            return true;
        }
        catch (Exception error) when (error is TimeoutException or OperationCanceledException)
        {
            cancel.Cancel();
            _types[index] = NewRows(index);
            return false;
        }
    }

    private StepRows NewRows(int index) => new(new EnrichmentRun(_use.Step, _use.Types[index], EnrichmentPlacement.Serving), _use.Inputs);
}
