using Signals.Serving;

namespace Signals.Core.Serving;

/// <summary>
/// Runs the enrichers of a plan at serving. They run before rows are chosen where conditions or keys need them; otherwise they run
/// only for the chosen rows.
/// </summary>
/// <remarks>
/// Thread contract: one thread at a time. Lifetime: that of its <see cref="PlanExecution"/>, which reuses it. It only allocates to
/// grow, apart from what the host's code allocates.
/// </remarks>
internal sealed class PlanEnrichment(SequencePlan plan, RowSet rows, ExecutionState state)
{
    private readonly EnricherExecution[] _enrichers = Array.ConvertAll(plan.Enrichments, static use => new EnricherExecution(use));
    private int[] _masked = [];
    private ulong _missing;

    /// <summary>Whether the columns of an enrichment of the plan are missing.</summary>
    public bool IsMissing(int enrichment) => (_missing >> enrichment & 1) != 0;

    /// <summary>Forgets what was missing before, for a new pass of the stages.</summary>
    public void Begin() => _missing = 0;

    /// <summary>
    /// Runs the enrichers that conditions or keys need, for the rows that are left. Missing values are flagged in the answer, and a
    /// condition on them is false.
    /// </summary>
    public void Early()
    {
        bool any = false;
        foreach (EnricherExecution execution in _enrichers)
        {
            any |= execution.Use.IsEarly;
        }

        if (any)
        {
            Enrich(MaskedRows(), early: true);
        }
    }

    /// <summary>Runs the other enrichers, for the chosen rows.</summary>
    public void Late(ReadOnlySpan<int> chosen)
    {
        if (chosen.IsEmpty)
        {
            return;
        }

        if (Array.Exists(_enrichers, static execution => !execution.Use.IsEarly))
        {
            Enrich(chosen, early: false);
        }

        if (plan.Layout.ChoosesFirst)
        {
            rows.ZeroGaps(chosen);
        }
    }

    private void Enrich(ReadOnlySpan<int> some, bool early)
    {
        if (plan.Stages.Enrich is { } stage)
        {
            EnrichByHost(stage, some, early);
            return;
        }

        for (int i = 0; i < _enrichers.Length; i++)
        {
            EnricherExecution execution = _enrichers[i];
            if (execution.Use.IsEarly != early)
            {
                continue;
            }

            long start = state.Clock();
            bool complete;
            bool failed = false;
            try
            {
                complete = !state.Budget.IsExpired && execution.Run(rows, some, state.Budget);
            }
            catch (Exception error)
            {
                complete = state.Catch(error);
                failed = true;
            }

            Missing(i, complete);
            if (state.IsTraced)
            {
                state.Record("enrich", some.Length, some.Length, 0, start, Describe(execution, some, complete, failed));
            }
        }
    }

    /// <summary>
    /// Describes for a trace which enricher ran, where its values came from, and where the store computes it for new events.
    /// </summary>
    private string Describe(EnricherExecution execution, ReadOnlySpan<int> some, bool complete, bool failed)
    {
        string name = execution.Use.Step.Signature.ToString();
        if (!complete)
        {
            return name + (failed ? ", failed" : ", too late");
        }

        int stored = execution.Use.FillsStored ? execution.Taken(rows, some) - execution.Computed : 0;
        string decision = execution.Use.Gauge is { Decision.Length: > 0 } gauge ? $"; new events: {gauge.Decision}" : "";
        return $"{name}, {stored} stored, {execution.Computed} computed{decision}";
    }

    private void EnrichByHost(IEnrichStage stage, ReadOnlySpan<int> some, bool early)
    {
        long start = state.Clock();
        bool complete;
        try
        {
            complete = !state.Budget.IsExpired && stage.Enrich(rows, some, state.Budget.Remaining);
        }
        catch (Exception error)
        {
            complete = state.Catch(error);
        }

        for (int i = 0; i < _enrichers.Length; i++)
        {
            if (_enrichers[i].Use.IsEarly == early)
            {
                Missing(i, complete);
            }
        }

        if (state.IsTraced)
        {
            state.Record("enrich", some.Length, some.Length, 0, start, complete ? "the host's stage" : "the host's stage, incomplete");
        }
    }

    private void Missing(int enrichment, bool complete)
    {
        if (!complete)
        {
            _missing |= 1UL << enrichment;
            state.Flag(ServingStatus.EnrichmentMissing);
        }
    }

    private ReadOnlySpan<int> MaskedRows()
    {
        if (_masked.Length < rows.Count)
        {
            _masked = new int[Math.Max(rows.Count, 2 * _masked.Length)];
        }

        return _masked.AsSpan(0, rows.Mask.CopyRows(0, rows.Count, _masked));
    }
}
