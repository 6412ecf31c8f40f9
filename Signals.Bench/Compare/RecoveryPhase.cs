using System.Diagnostics;
using System.Globalization;
using Signals.Bench.Candidates;

namespace Signals.Bench.Compare;

/// <summary>A child process ingests events and is killed. Then this process opens the remaining files and reads.</summary>
internal sealed class RecoveryPhase(string name, EventLog log, Func<string> newFolder)
{
    private const int Events = 3_000_000;
    private const int CheckedUsers = 50;

    /// <summary>
    /// Measures the seconds from the call that opens the store to the first answer. Returns how many answers are wrong
    /// afterwards.
    /// </summary>
    public int Run(FigureSet figures)
    {
        EventLog part = log.Take(Math.Min(log.Count, Events));
        SequenceModel model = new(part, part.Users.Distinct().Take(CheckedUsers));
        string folder = newFolder();
        try
        {
            double peak = FillAndKill(folder, part);
            figures["peak_memory"] = peak;
            if (!Peers.SurvivesKill(name))
            {
                return 0;
            }

            figures.StartMemory();
            PhaseClock clock = PhaseClock.Start();
            using ICandidate candidate = Peers.Open(name, new StoreSetup(folder, log.Options.Kind));
            candidate.Read(part.Users[0], ReadShape.AllTypes);
            figures["recovery"] = clock.Elapsed.TotalSeconds;
            figures.AddUse("recovery", clock, part.Count);
            int wrong = AnswerCheck.CountWrong(candidate, model);
            Console.WriteLine($"   recovery: {figures["recovery"]:F2} s, wrong answers: {wrong}");
            return wrong;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    // Returns the peak memory of the killed process in MiB.
    private double FillAndKill(string folder, EventLog part)
    {
        ProcessStartInfo start = new(
            Path.Combine(AppContext.BaseDirectory, "Signals.Bench"), FillCommand.Arguments(name, folder, part))
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        using Process child = Process.Start(start)!;
        try
        {
            string[] words = child.StandardOutput.ReadLine()?.Split(' ') ?? [];
            return words is [FillCommand.Done, string peak]
                ? double.Parse(peak, CultureInfo.InvariantCulture)
                : throw new InvalidOperationException($"The process that fills {name} ended early.");
        }
        finally
        {
            child.Kill();
            child.WaitForExit();
        }
    }
}
