using System.Diagnostics;
using System.Globalization;

namespace Signals.Tests.Reliability;

/// <summary>
/// Starts <see cref="KillChild"/>, <see cref="SourceChild"/> or <see cref="IdleChild"/> in a process of its own, its output redirected.
/// Threads: any. The caller owns the process.
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

    /// <summary>Starts <see cref="LeakChild"/>.</summary>
    public static Process StartLeak(string path, bool withThreads, int cycles) =>
        Start(Leak, path, withThreads ? Durability.Buffered : Durability.Synced, (ulong)cycles);

    /// <summary>Starts <see cref="IdleChild"/>.</summary>
    public static Process StartIdle(string path, int events) => Start(Idle, path, Durability.Buffered, (ulong)events);

    /// <summary>Starts <see cref="SourceChild"/>.</summary>
    public static Process StartSource(string path, Durability durability, ulong seed) => Start(Source, path, durability, seed);

    /// <summary>Starts <see cref="KillChild"/>.</summary>
    /// <param name="path">The store's folder.</param>
    /// <param name="durability">Its mode.</param>
    /// <param name="seed">Of when it flushes and compacts.</param>
    /// <param name="under">A program and its arguments that run it, such as a tracer.</param>
    public static Process Start(string path, Durability durability, ulong seed, params string[] under) =>
        Start(Crash, path, durability, seed, under);

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

    private static Process Start(string program, string path, Durability durability, ulong seed, params string[] under)
    {
        string host = Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? Environment.ProcessPath!;
        host = Path.GetFileNameWithoutExtension(host) == "dotnet" ? host : "dotnet";
        string[] command =
        [
            .. under, host, "exec", typeof(KillChild).Assembly.Location, program, path, durability.ToString(),
            seed.ToString(CultureInfo.InvariantCulture),
        ];
        ProcessStartInfo start = new(command[0]) { RedirectStandardOutput = true, RedirectStandardError = true };
        Array.ForEach(command[1..], start.ArgumentList.Add);
        return Process.Start(start)!;
    }
}
