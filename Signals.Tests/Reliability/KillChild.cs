using System.Buffers.Binary;
using Signals.Tests.Simulation;

namespace Signals.Tests.Reliability;

/// <summary>
/// The process that is killed: it appends without end and writes the number of each acknowledged entry to its standard output, eight
/// bytes and one system call each, so that what the parent reads was acknowledged. Flushes and compactions run beside it.
/// </summary>
internal static class KillChild
{
    /// <summary>Written before and after the store is opened, in place of a number.</summary>
    public const long Opening = -1;

    /// <summary>Written when the store is open.</summary>
    public const long Opened = -2;

    private const int InFlight = 12;

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    public static async Task RunAsync(string path, Durability durability, ulong seed)
    {
        using Stream output = Console.OpenStandardOutput();
        byte[] number = new byte[sizeof(long)];
        Say(Opening);
        SignalStore store = KillSchema.Open(path, durability);
        Say(Opened);
        SimRandom random = new(seed);
        Queue<(long Entry, Task<AppendAck> Ack)> waiting = new();
        Task work = Task.CompletedTask;
        for (long entry = KillSchema.VerifyPrefix(store) + 1; ; entry++)
        {
            EventBatch batch = store.CreateBatch(KillSchema.EventType, KillSchema.MaxEvents);
            KillSchema.Fill(batch, entry);
            waiting.Enqueue((entry, store.AppendAsync(batch).AsTask()));
            while (waiting.Count > InFlight || (waiting.Count > 0 && waiting.Peek().Ack.IsCompleted))
            {
                (long acked, Task<AppendAck> ack) = waiting.Dequeue();
                await WaitAsync(store, ack);
                Say(acked);
            }

            if (work.IsCompleted && random.Below(40) == 0)
            {
                await work;
                work = random.Below(3) == 0 ? Task.Run(() => store.CompactAsync()) : Task.Run(() => store.FlushAsync());
            }
        }

        void Say(long value)
        {
            BinaryPrimitives.WriteInt64LittleEndian(number, value);
            output.Write(number);
        }
    }

    /// <summary>
    /// A flush that fails for ever holds appends back and does not fail the store; the child ends with the flush's error then.
    /// </summary>
    private static async Task WaitAsync(SignalStore store, Task ack)
    {
        try
        {
            await ack.WaitAsync(Patience);
        }
        catch (TimeoutException)
        {
            throw new InvalidOperationException($"An append was not acknowledged in {Patience}.", store.WorkError);
        }
    }
}
