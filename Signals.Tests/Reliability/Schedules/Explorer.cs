namespace Signals.Tests.Reliability.Schedules;

/// <summary>
/// Runs a scenario under every order of its threads' steps. A thread is an iterator, and each <c>yield</c> is a place where another one may
/// go on; between two of them it runs alone. Threads: one.
/// </summary>
/// <remarks>
/// What is explored are the orders of whole operations, such as a claim, a commit and a peek, not of the loads and stores inside them:
/// those rest on the argument of decision 0002 and on the stress tests.
/// </remarks>
internal static class Explorer
{
    /// <summary>Explores; returns how many schedules there were and what the first wrong one did, or null.</summary>
    /// <param name="scenario">Makes a fresh one.</param>
    public static (int Schedules, string? Wrong) Run(Func<Scenario> scenario)
    {
        List<int> choices = [];
        List<int> widths = [];
        for (int schedules = 1; ; schedules++)
        {
            widths.Clear();
            if (RunOnce(scenario(), choices, widths) is { } wrong)
            {
                return (schedules, $"schedule {string.Join(' ', choices.Take(widths.Count))}: {wrong}");
            }

            // The next schedule differs from this one in its last choice that had alternatives left.
            int last = widths.Count - 1;
            while (last >= 0 && choices[last] + 1 >= widths[last])
            {
                last--;
            }

            if (last < 0)
            {
                return (schedules, null);
            }

            choices[last]++;
            choices.RemoveRange(last + 1, choices.Count - last - 1);
        }
    }

    private static string? RunOnce(Scenario scenario, List<int> choices, List<int> widths)
    {
        List<IEnumerator<int>> threads = [.. scenario.Threads.Select(thread => thread.GetEnumerator())];
        while (threads.Count > 0)
        {
            if (widths.Count == choices.Count)
            {
                choices.Add(0);
            }

            int next = choices[widths.Count];
            widths.Add(threads.Count);
            if (!threads[next].MoveNext())
            {
                threads.RemoveAt(next);
            }
        }

        return scenario.Check();
    }
}
