using Confluent.Kafka;

namespace Signals.Kafka.Records;

/// <summary>
/// The keys and values of a batch of records, one behind the other in one array. The client copies them straight from its native memory
/// to here, so no record has an array of its own.
/// </summary>
/// <remarks>Thread contract: one thread. Lifetime: reused from batch to batch.</remarks>
internal sealed class RecordArena : IDeserializer<RecordBytes>
{
    private byte[] _bytes = new byte[1 << 16];

    /// <summary>How many bytes it holds.</summary>
    public int Length { get; private set; }

    public RecordBytes Deserialize(ReadOnlySpan<byte> data, bool isNull, SerializationContext context)
    {
        if (isNull)
        {
            return new RecordBytes(Length, -1);
        }

        if (_bytes.Length - Length < data.Length)
        {
            Array.Resize(ref _bytes, Math.Max(checked(Length + data.Length), 2 * _bytes.Length));
        }

        data.CopyTo(_bytes.AsSpan(Length));
        Length += data.Length;
        return new RecordBytes(Length - data.Length, data.Length);
    }

    /// <summary>The bytes of a key or a value; empty for none.</summary>
    public ReadOnlySpan<byte> this[RecordBytes of] => of.IsNull ? [] : _bytes.AsSpan(of.Start, of.Length);

    public void Clear() => Length = 0;
}
