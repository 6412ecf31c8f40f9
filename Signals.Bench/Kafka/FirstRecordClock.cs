using System.Diagnostics;
using Signals.Kafka;

namespace Signals.Bench.Kafka;

/// <summary>Remembers when a decoder got its first record. One thread decodes; the time may be read afterwards.</summary>
internal sealed class FirstRecordClock : IRecordDecoder
{
    private readonly FrameRecordDecoder _decoder = new();

    /// <summary>When the first record came, as of <see cref="Stopwatch.GetTimestamp"/>; 0 before.</summary>
    public long FirstAt { get; private set; }

    public bool TryDecode(in LogRecord record, RecordRows rows, out string reason)
    {
        if (FirstAt == 0)
        {
            FirstAt = Stopwatch.GetTimestamp();
        }

        return _decoder.TryDecode(record, rows, out reason);
    }
}
