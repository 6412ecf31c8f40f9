using System.Diagnostics;
using Signals.Tests.Architecture;
using Signals.Tests.Reliability;

namespace Signals.Tests.Dashboard;

/// <summary>
/// Headless Chromium, driven by <c>check-page.mjs</c> through playwright-core. <c>SIGNALS_PLAYWRIGHT</c> names the folder of that package;
/// <c>SIGNALS_CHROMIUM</c> names the browser, otherwise it is looked for on the path.
/// </summary>
internal static class Chromium
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private static readonly string[] Names = ["chromium", "chromium-browser", "google-chrome"];

    /// <summary>What is wrong with pages, a line each; ignores the test with the reason when there is no browser to look with.</summary>
    /// <param name="configuration">What to look at, as the script takes it.</param>
    public static async Task<string[]> LookAsync(string configuration)
    {
        string library = Environment.GetEnvironmentVariable("SIGNALS_PLAYWRIGHT") is { Length: > 0 } named && Directory.Exists(named)
            ? named
            : Missing("playwright-core", "Install it with npm and set SIGNALS_PLAYWRIGHT to its folder.");
        string browser = Environment.GetEnvironmentVariable("SIGNALS_CHROMIUM") is { Length: > 0 } given
            ? given
            : Names.Select(OnPath).FirstOrDefault(found => found is not null)
                ?? Missing("Chromium", "Install it, or set SIGNALS_CHROMIUM to its program.");
        string node = OnPath("node") ?? Missing("node", "Install nodejs.");
        string script = Path.Combine(SourceFile.RepositoryRoot(), "Signals.Tests", "Dashboard", "check-page.mjs");
        (_, string said, string errors) =
            await WatchedProcess.RunAsync(new ProcessStartInfo(node, [script, library, browser, configuration]), Patience);
        Assert.That(said, Does.Contain("LOOKED"), errors);
        return [.. said.Split('\n').Where(line => line.StartsWith("PROBLEM ", StringComparison.Ordinal)).Select(line => line[8..])];
    }

    private static string Missing(string what, string doWhat)
    {
        Assert.Ignore($"{what} is not here. {doWhat}");
        throw new InvalidOperationException();
    }

    private static string? OnPath(string program) => (Environment.GetEnvironmentVariable("PATH") ?? "")
        .Split(Path.PathSeparator).Select(folder => Path.Combine(folder, program)).FirstOrDefault(File.Exists);
}
