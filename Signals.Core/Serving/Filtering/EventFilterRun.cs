using Signals.Core.Serving.Rows;

namespace Signals.Core.Serving.Filtering;

/// <summary>Runs one event filter of the host over a working set.</summary>
/// <remarks>Thread contract: one thread at a time. Reused: allocates only to grow.</remarks>
/// <param name="runs">One for each event type that the filter covers and the sequence reads.</param>
internal sealed class EventFilterRun(StepRows[] runs)
{
    /// <summary>Overwrites <paramref name="result"/>: in where the filter keeps the event, out for types that it does not cover.</summary>
    public void Evaluate(RowSet rows, RowMask result)
    {
        result.Reset(rows.Count, value: false);
        foreach (StepRows run in runs)
        {
            if (!run.TryBind(rows))
            {
                continue;
            }

            ReadOnlySpan<bool> keep = run.Run.Filter();
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
