using System.Diagnostics;
using System.Text.Json;

namespace Signals.Bench.Compare;

/// <summary>
/// Runs one candidate, each group of phases in a process of its own. So no candidate finds the heap, the compiled code or the
/// freed memory of another one, or of an earlier phase.
/// </summary>
internal sealed class RoundProcess(CompareOptions options)
{
    // Reads and enrichment need the events of the ingest phase.
    private static readonly Phases[] Groups =
    [
        Phases.Reads | Phases.Enrich, Phases.Producers, Phases.Mixed, Phases.Synced, Phases.Late, Phases.Requests,
        Phases.SyncedRequests, Phases.Recovery,
    ];

    /// <summary>Measures all phases of the options. The result says it when the candidate is missing on this machine.</summary>
    /// <exception cref="InvalidOperationException">A process ended without a result.</exception>
    public RoundResult Run(string name)
    {
        RoundResult all = new([], "", 0, null);
        foreach (Phases group in Groups)
        {
            Phases phases = group & options.Phases;
            if (phases == 0)
            {
                continue;
            }

            RoundResult result = Run(name, phases);
            if (result.Missing is not null)
            {
                return result;
            }

            foreach ((string key, double figure) in result.Figures)
            {
                all.Figures[key] = figure;
            }

            string settings = all.Settings.Length == 0 ? result.Settings : all.Settings;
            all = all with { Settings = settings, Wrong = all.Wrong + result.Wrong };
        }

        return all;
    }

    private RoundResult Run(string name, Phases phases)
    {
        string file = Path.Combine(options.Path, $"signals-bench-{Guid.NewGuid():N}.result");
        try
        {
            ProcessStartInfo start = new(
                Path.Combine(AppContext.BaseDirectory, "Signals.Bench"), RoundCommand.Arguments(name, phases, file, options));
            using Process child = Process.Start(start)!;
            child.WaitForExit();
            return File.Exists(file)
                ? JsonSerializer.Deserialize<RoundResult>(File.ReadAllText(file))!
                : throw new InvalidOperationException(
                    $"The process that measured {phases} of {name} ended with code {child.ExitCode} and without a result.");
        }
        finally
        {
            File.Delete(file);
        }
    }
}
