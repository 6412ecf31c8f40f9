using Signals.Tests.Simulation;

namespace Signals.Tests.Reliability;

/// <summary>
/// The process that is killed while it carries frames into a store. It begins at the stored position, or sends everything again, and writes
/// one byte to its standard output for each piece of the stream that was read.
/// </summary>
internal static class SourceChild
{
    public const string Source = "collector-1";

    public static async Task RunAsync(string path, Durability durability, ulong seed)
    {
        SimRandom random = new(seed);
        using SignalStore store = KillSchema.Open(path, durability);
        ReadOnlyMemory<byte> bytes = new SourceStream(store.Schema[KillSchema.EventType]).Bytes;
        long begin = random.Coin() ? 0 : store.GetResumePosition(Source) ?? 0;
        using Stream output = Console.OpenStandardOutput();
        using PiecewiseStream stream = new(bytes[(int)begin..], random.Next(), () => output.WriteByte(1));
        await new FrameIngest(store, Source).RunAsync(stream, begin, CancellationToken.None);
    }
}
