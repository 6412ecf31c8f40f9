using System.Diagnostics;
using Signals.Tests.Reliability;

namespace Signals.Tests.Packaging;

/// <summary>Runs the .NET command line, and programs, as a user's shell would. Threads: one per call.</summary>
internal static class DotnetCli
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(8);

    /// <summary>Runs <c>dotnet</c> in a folder and returns what it printed; fails the test when it fails.</summary>
    public static string Run(string folder, params string[] arguments) => Run("dotnet", folder, arguments);

    /// <summary>Runs a program in a folder and returns what it printed; fails the test when it fails.</summary>
    public static string Run(string program, string folder, string[] arguments)
    {
        (int code, string output) = TryRun(program, folder, arguments);
        Assert.That(code, Is.Zero, $"{program} {string.Join(' ', arguments)}\n{output}");
        return output;
    }

    /// <summary>The same, but an exit code other than 0 is the caller's business.</summary>
    public static (int Code, string Output) TryRun(string program, string folder, params string[] arguments)
    {
        ProcessStartInfo start = new(program, arguments) { WorkingDirectory = folder };

        // A build server would outlive the test and hold its output open; the test host's own MSBuild settings are not for others.
        start.Environment["MSBUILDDISABLENODEREUSE"] = "1";
        start.Environment["DOTNET_CLI_USE_MSBUILD_SERVER"] = "0";
        start.Environment["UseSharedCompilation"] = "false";
        start.Environment["DOTNET_CLI_TELEMETRY_OPTOUT"] = "1";
        start.Environment["DOTNET_NOLOGO"] = "1";
        foreach (string name in
            new[] { "MSBuildSDKsPath", "MSBUILD_EXE_PATH", "MSBuildExtensionsPath", "MSBuildLoadMicrosoftTargetsReadOnly" })
        {
            start.Environment.Remove(name);
        }

        (int code, string output, string errors) = WatchedProcess.Run(start, Patience);
        return (code, output + errors);
    }
}
