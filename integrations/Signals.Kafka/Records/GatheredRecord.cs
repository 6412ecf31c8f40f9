using System.Buffers;

namespace Signals.Kafka.Records;

/// <summary>A record of events that is not sent yet. Thread contract: one thread. Lifetime: reused from record to record.</summary>
internal sealed class GatheredRecord
{
    /// <summary>The frames, one after the other.</summary>
    public ArrayBufferWriter<byte> Frames { get; } = new(4096);

    public int Events { get; private set; }

    /// <summary>What its events take in a store at most.</summary>
    public long StoredBytes { get; private set; }

    public void Add(ReadOnlySpan<byte> frame, long storedBytes)
    {
        Frames.Write(frame);
        Events++;
        StoredBytes += storedBytes;
    }

    public void Clear()
    {
        Frames.ResetWrittenCount();
        (Events, StoredBytes) = (0, 0);
    }
}
