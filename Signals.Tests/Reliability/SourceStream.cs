using System.Buffers;
using System.Buffers.Binary;
using Signals.Tests.Simulation;

namespace Signals.Tests.Reliability;

/// <summary>
/// The stream of frames that a killed source sends again: event n has id n, and every fiftieth frame is no event. Follows from nothing but
/// its length, so parent and child have the same. Immutable; any thread.
/// </summary>
internal sealed class SourceStream
{
    private const int Frames = 12_000;
    private const int BadEvery = 50;
    private readonly long[] _ends = new long[Frames];

    public SourceStream(EventTypeSchema type)
    {
        ArrayBufferWriter<byte> bytes = new();
        EventFrameWriter writer = new();
        SingleEvent single = new();
        SimRandom random = new(7);
        for (int n = 0; n < Frames; n++)
        {
            if (n % BadEvery == BadEvery - 1)
            {
                WriteNoEvent(bytes);
            }
            else
            {
                single.Begin(type);
                single.User = UserOf(n);
                single.TimeMs = KillSchema.StartMs + (n * 1000L) - (random.Below(10) == 0 ? random.Below(86_400_000) : 0);
                single.Id = (ulong)n;
                single.Set(0, (long)n);
                writer.Write(single, bytes);
            }

            _ends[n] = bytes.WrittenCount;
        }

        Bytes = bytes.WrittenMemory;
    }

    public ReadOnlyMemory<byte> Bytes { get; }

    /// <summary>The ids of the events before a position, which must be the end of a frame or 0.</summary>
    public ulong[] IdsBefore(long position)
    {
        int frames = position == 0 ? 0 : Array.BinarySearch(_ends, position) + 1;
        Assert.That(position == 0 || frames > 0, $"{position} is inside a frame");
        return [.. Enumerable.Range(0, frames).Where(n => n % BadEvery != BadEvery - 1).Select(n => (ulong)n)];
    }

    private static UserId UserOf(int n) => KillSchema.AllUsers[n % KillSchema.Users];

    private static void WriteNoEvent(ArrayBufferWriter<byte> bytes)
    {
        BinaryPrimitives.WriteInt32LittleEndian(bytes.GetSpan(sizeof(int)), 1);
        bytes.Advance(sizeof(int));
        bytes.Write("\xC0"u8[..1]);
    }
}
