using Signals.Core.Serving.Features;
using Signals.Serving;

namespace Signals.Core.Serving;

/// <summary>
/// Enrichment at serving. It runs before rows are chosen where conditions or keys need it; otherwise it runs only for the chosen
/// rows.
/// </summary>
internal sealed partial class PlanExecution
{
    private int[] _masked = [];

    /// <summary>
    /// Runs the enrichers that conditions or keys need. Always true: missing values are flagged in the answer, and a condition on
    /// them is false.
    /// </summary>
    private bool EnrichEarly()
    {
        bool any = false;
        foreach (EnricherExecution execution in _enrichments)
        {
            any |= execution.Use.IsEarly;
        }

        if (any)
        {
            Enrich(MaskedRows(), early: true);
        }

        return true;
    }

    private void EnrichLate()
    {
        if (_chosen.Count == 0)
        {
            return;
        }

        if (Array.Exists(_enrichments, static execution => !execution.Use.IsEarly))
        {
            Enrich(_chosen.Span, early: false);
        }

        if (Plan.Layout.ChoosesFirst)
        {
            Rows.ZeroGaps(_chosen.Span);
        }
    }

    private void Enrich(ReadOnlySpan<int> rows, bool early)
    {
        if (Plan.Stages.Enrich is { } stage)
        {
            EnrichByHost(stage, rows, early);
            return;
        }

        for (int i = 0; i < _enrichments.Length; i++)
        {
            EnricherExecution execution = _enrichments[i];
            if (execution.Use.IsEarly != early)
            {
                continue;
            }

            long start = Clock();
            bool complete;
            bool failed = false;
            try
            {
                complete = !_budget.IsExpired && execution.Run(Rows, rows, _budget);
            }
            catch (Exception error)
            {
                complete = Caught(error);
                failed = true;
            }

            Missing(i, complete);
            if (_trace is not null)
            {
                Record("enrich", rows.Length, rows.Length, 0, start, DescribeEnrichment(execution, rows, complete, failed));
            }
        }
    }

    /// <summary>
    /// Describes for a trace which enricher ran, where its values came from, and where the store computes it for new events.
    /// </summary>
    private string DescribeEnrichment(EnricherExecution execution, ReadOnlySpan<int> rows, bool complete, bool failed)
    {
        string name = execution.Use.Step.Signature.ToString();
        if (!complete)
        {
            return name + (failed ? ", failed" : ", too late");
        }

        int stored = execution.Use.FillsStored ? execution.Taken(Rows, rows) - execution.Computed : 0;
        string decision = execution.Use.Gauge is { Decision.Length: > 0 } gauge ? $"; new events: {gauge.Decision}" : "";
        return $"{name}, {stored} stored, {execution.Computed} computed{decision}";
    }

    private void EnrichByHost(IEnrichStage stage, ReadOnlySpan<int> rows, bool early)
    {
        long start = Clock();
        bool complete;
        try
        {
            complete = !_budget.IsExpired && stage.Enrich(Rows, rows, _budget.Remaining);
        }
        catch (Exception error)
        {
            complete = Caught(error);
        }

        for (int i = 0; i < _enrichments.Length; i++)
        {
            if (_enrichments[i].Use.IsEarly == early)
            {
                Missing(i, complete);
            }
        }

        if (_trace is not null)
        {
            Record("enrich", rows.Length, rows.Length, 0, start, complete ? "the host's stage" : "the host's stage, incomplete");
        }
    }

    private void Missing(int enrichment, bool complete)
    {
        if (!complete)
        {
            _missing |= 1UL << enrichment;
            _common |= ServingStatus.EnrichmentMissing;
        }
    }

    private ReadOnlySpan<int> MaskedRows()
    {
        if (_masked.Length < Rows.Count)
        {
            _masked = new int[Math.Max(Rows.Count, 2 * _masked.Length)];
        }

        return _masked.AsSpan(0, Rows.Mask.CopyRows(0, Rows.Count, _masked));
    }

    /// <summary>Writes a user's rows of one tensor without gaps between them.</summary>
    public void Write(TensorPlan tensor, int user, Span<byte> destination)
    {
        long start = Clock();
        ReadOnlySpan<int> chosen = ChosenOf(user);
        tensor.Write(Rows, chosen, destination);
        if (_trace is not null)
        {
            Record("featurize", chosen.Length, chosen.Length, (long)chosen.Length * tensor.RowBytes, start, tensor.Name);
        }
    }
}
