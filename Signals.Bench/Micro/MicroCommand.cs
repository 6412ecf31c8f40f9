using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Diagnosers;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Reports;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;

namespace Signals.Bench.Micro;

/// <summary>
/// Runs BenchmarkDotNet on the components one by one. Its own options are passed on. Without any, everything runs, which takes a
/// few minutes.
/// </summary>
internal static class MicroCommand
{
    public static BenchCommand Syntax()
    {
        BenchCommand command = new("micro", "Run BenchmarkDotNet on the components one by one; it gets all words, such as --filter *Ring*.")
        {
            TreatUnmatchedTokensAsErrors = false,
        };
        return command.Does(line => Run([.. line.UnmatchedTokens]));
    }

    private static int Run(string[] arguments)
    {
        // The benchmarks run in this process, because a benchmark of internals cannot be built elsewhere.
        IConfig config = DefaultConfig.Instance
            .AddJob(Job.ShortRun.WithToolchain(InProcessEmitToolchain.Instance))
            .AddDiagnoser(MemoryDiagnoser.Default)
            .AddColumn(StatisticColumn.Median)
            .WithOptions(ConfigOptions.DisableLogFile)
            .WithArtifactsPath(Path.Combine(Path.GetTempPath(), "signals-bench-micro"));
        string[] all = arguments.Contains("--filter") ? arguments : [.. arguments, "--filter", "*"];
        IEnumerable<Summary> summaries = BenchmarkSwitcher.FromAssembly(typeof(MicroCommand).Assembly).Run(all, config);
        return summaries.Any(summary => summary.HasCriticalValidationErrors) ? 1 : 0;
    }
}
