using System.Text;
using Signals.Kafka;

namespace Signals.Tests.Kafka;

/// <summary>Decodes single records without a broker. Threads: one test.</summary>
internal sealed class DecoderBench
{
    public static readonly StoreSchema Schema = StoreSchema.Define(s => s
        .EventType("view", t => t.Field<int>("n").Field<float>("dwell").Text("page").Field<bool>("seen").Bytes("raw")
            .Vector<float>("v", 2).Vector<sbyte>("q", 3).Field<Half>("half").Field<ulong>("big"))
        .EventType("buy", t => t.Field<double>("price")));

    private readonly EventGroup _group = new(Schema, "bench");

    public DecoderBench(long timestampMs = 1_800_000_000_000)
    {
        Rows = new RecordRows(_group, TimeSpan.FromDays(1), TimeSpan.FromDays(18_000));
        Rows.Begin(TimestampMs = timestampMs);
    }

    public RecordRows Rows { get; }

    public long TimestampMs { get; }

    public EventGroup Group => _group;

    public string? Decode(IRecordDecoder decoder, ReadOnlySpan<byte> value)
    {
        _group.Clear();
        Rows.Begin(TimestampMs);
        try
        {
            return decoder.TryDecode(new LogRecord([], value, 0, TimestampMs), Rows, out string reason) ? null : reason;
        }
        catch (RecordRejectedException refused)
        {
            return refused.Message;
        }
    }

    public string? Decode(IRecordDecoder decoder, string json) => Decode(decoder, Encoding.UTF8.GetBytes(json));
}
