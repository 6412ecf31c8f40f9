using System.Buffers.Binary;

namespace Signals.Tests.Kafka;

/// <summary>
/// The process that is killed while a store follows a partition. It writes its position to its standard output every few milliseconds.
/// </summary>
internal static class LogChild
{
    /// <summary>The word by which the test assembly is started as this program.</summary>
    public const string Word = "log-child";

    /// <summary>Follows the log of a <see cref="LogBench"/> until the process is killed; an exit code otherwise.</summary>
    public static int Run(string path, string bootstrapServers)
    {
        try
        {
            RunAsync(path, bootstrapServers).GetAwaiter().GetResult();
            return 0;
        }
        catch (Exception e)
        {
            Console.Error.WriteLine(e);
            return 1;
        }
    }

    private static async Task RunAsync(string path, string bootstrapServers)
    {
        await using SignalStore store = LogBench.OpenAt(path);
        await using RunningPartition running = LogBench.Run(store, LogBench.OptionsFor(bootstrapServers) with { MaxBatchRecords = 5 });
        using Stream output = Console.OpenStandardOutput();
        using PeriodicTimer timer = new(TimeSpan.FromMilliseconds(1));
        byte[] position = new byte[sizeof(long)];
        while (!running.Run.IsCompleted && await timer.WaitForNextTickAsync())
        {
            BinaryPrimitives.WriteInt64LittleEndian(position, store.GetResumePosition("kafka:events/0") ?? 0);
            output.Write(position);
        }

        await running.Run;
    }
}
