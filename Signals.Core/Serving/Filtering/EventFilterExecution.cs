using Signals.Core.Serving.Rows;
using Signals.Serving;

namespace Signals.Core.Serving.Filtering;

/// <summary>
/// Runs one event filter of the host over a working set, a group of rows at a time, and checks the deadline between the groups.
/// </summary>
/// <remarks>Thread contract: one thread at a time. It is reused and allocates only to grow.</remarks>
/// <param name="runs">One run for each event type that the filter covers and the sequence reads.</param>
internal sealed class EventFilterExecution(StepRows[] runs)
{
    private const int RowsAtOnce = 256;

    /// <summary>
    /// Overwrites <paramref name="result"/>: true where the filter keeps the event, false for event types that it does not cover.
    /// </summary>
    public void Evaluate(RowSet rows, RowMask result, FilterScratch scratch)
    {
        result.Reset(rows.Count, value: false);
        int step = scratch.Step(rows.Count, RowsAtOnce);
        for (int row = 0; row < rows.Count && scratch.Reaches(row); row += step)
        {
            Evaluate(rows, row, Math.Min(rows.Count, row + step), result);
        }
    }

    private void Evaluate(RowSet rows, int start, int end, RowMask result)
    {
        foreach (StepRows run in runs)
        {
            if (!run.TryBind(rows, start, end))
            {
                continue;
            }

            ReadOnlySpan<bool> keep = run.Runner.Filter();
            ReadOnlySpan<int> chosen = run.Rows;
            for (int i = 0; i < chosen.Length; i++)
            {
                if (keep[i])
                {
                    result[chosen[i]] = true;
                }
            }
        }
    }
}
