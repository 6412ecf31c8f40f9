using System.Diagnostics;
using System.Globalization;

namespace Signals.Tests.Reliability;

/// <summary>
/// Starts <see cref="KillChild"/>, <see cref="SourceChild"/> or another program of this assembly in a process of its own. Threads: any.
/// The caller owns the process.
/// </summary>
internal static class ChildProcess
{
    /// <summary>The word for <see cref="KillChild"/>.</summary>
    public const string Crash = "crash-child";

    /// <summary>The word for <see cref="SourceChild"/>.</summary>
    public const string Source = "source-child";

    /// <summary>The word for <see cref="IdleChild"/>.</summary>
    public const string Idle = "idle-child";

    /// <summary>The word for <see cref="LeakChild"/>.</summary>
    public const string Leak = "leak-child";

    // The program dotnet, which is not always the one that runs the tests.
    private static string Host
    {
        get
        {
            string host = Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? Environment.ProcessPath!;
            return Path.GetFileNameWithoutExtension(host) == "dotnet" ? host : "dotnet";
        }
    }

    /// <summary>How this assembly is started as the program that a word names.</summary>
    /// <param name="words">That word, and what the program is told.</param>
    public static ProcessStartInfo StartOf(params string[] words) => new(Host, ["exec", typeof(ChildProcess).Assembly.Location, .. words]);

    /// <summary>Runs <see cref="LeakChild"/>.</summary>
    public static (int Code, string Output, string Errors) RunLeak(string path, bool withThreads, int cycles) =>
        WatchedProcess.Run(StartOf(Leak, path, withThreads ? Durability.Buffered : Durability.Synced, (ulong)cycles));

    /// <summary>Runs <see cref="IdleChild"/>.</summary>
    public static (int Code, string Output, string Errors) RunIdle(string path, int events) =>
        WatchedProcess.Run(StartOf(Idle, path, Durability.Buffered, (ulong)events));

    /// <summary>Starts <see cref="SourceChild"/>.</summary>
    public static WatchedProcess StartSource(string path, Durability durability, ulong seed) =>
        WatchedProcess.Start(StartOf(Source, path, durability, seed));

    /// <summary>Starts <see cref="KillChild"/>.</summary>
    /// <param name="path">The store's folder.</param>
    /// <param name="durability">Its mode.</param>
    /// <param name="seed">Of when it flushes and compacts.</param>
    /// <param name="under">A program and its arguments that run it, such as a tracer.</param>
    public static WatchedProcess Start(string path, Durability durability, ulong seed, params string[] under)
    {
        ProcessStartInfo start = StartOf(Crash, path, durability, seed);
        return WatchedProcess.Start(under is [string tracer, .. string[] words]
            ? new ProcessStartInfo(tracer, [.. words, start.FileName, .. start.ArgumentList])
            : start);
    }

    /// <summary>In the child: runs it with the words that it was started with, and says on the error output what ended it.</summary>
    /// <returns>The exit code.</returns>
    public static int Run(Func<string, Durability, ulong, Task> child, string path, string mode, string seed)
    {
        try
        {
            child(path, Enum.Parse<Durability>(mode), ulong.Parse(seed, CultureInfo.InvariantCulture)).GetAwaiter().GetResult();
            return 0;
        }
        catch (Exception e)
        {
            Console.Error.WriteLine(e);
            return 1;
        }
    }

    private static ProcessStartInfo StartOf(string program, string path, Durability durability, ulong number) =>
        StartOf(program, path, durability.ToString(), number.ToString(CultureInfo.InvariantCulture));
}
