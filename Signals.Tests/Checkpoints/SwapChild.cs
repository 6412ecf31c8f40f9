using System.Globalization;
using System.Text;
using Signals.Checkpoints;
using Signals.Tests.Reliability;

namespace Signals.Tests.Checkpoints;

/// <summary>The process that replaces CURRENT of a folder beside others, each time with a count that is one higher.</summary>
internal static class SwapChild
{
    /// <summary>The word by which the test assembly becomes this program.</summary>
    public const string Name = "swap-child";

    /// <summary>Starts it, and waits until it has ended.</summary>
    public static Task<(int Code, string Output, string Errors)> StartAsync(string path, int successes) =>
        WatchedProcess.RunAsync(ChildProcess.StartOf(Name, path, successes.ToString(CultureInfo.InvariantCulture)));

    /// <summary>In the child.</summary>
    /// <returns>The exit code.</returns>
    public static int Run(string path, string successes)
    {
        try
        {
            CountUpAsync(new FolderTarget(path), int.Parse(successes, CultureInfo.InvariantCulture)).GetAwaiter().GetResult();
            return 0;
        }
        catch (Exception e)
        {
            Console.Error.WriteLine(e);
            return 1;
        }
    }

    private static async Task CountUpAsync(FolderTarget target, int successes)
    {
        while (successes > 0)
        {
            CurrentPointer? now = await target.ReadCurrentAsync();
            int count = now is null ? 0 : int.Parse(Encoding.ASCII.GetString(now.Content.Span), CultureInfo.InvariantCulture);
            byte[] next = Encoding.ASCII.GetBytes((count + 1).ToString(CultureInfo.InvariantCulture));
            successes -= await target.TryReplaceCurrentAsync(next, now?.Tag) ? 1 : 0;
        }
    }
}
