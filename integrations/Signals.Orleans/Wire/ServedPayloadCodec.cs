using System.Buffers;
using Orleans.Serialization.Buffers;
using Orleans.Serialization.Cloning;
using Orleans.Serialization.Codecs;
using Orleans.Serialization.WireProtocol;

namespace Signals.Orleans.Wire;

/// <summary>
/// Writes a payload as one length-prefixed field and gives its memory back; reads one into memory of the pool. The bytes are not
/// looked into here.
/// </summary>
/// <remarks>Thread contract: any thread; it has no state.</remarks>
[RegisterSerializer]
[RegisterCopier]
internal sealed class ServedPayloadCodec : IFieldCodec<ServedPayload?>, IDeepCopier<ServedPayload?>
{
    public void WriteField<TBufferWriter>(
        ref Writer<TBufferWriter> writer, uint fieldIdDelta, Type? expectedType, ServedPayload? value)
        where TBufferWriter : IBufferWriter<byte>
    {
        if (ReferenceCodec.TryWriteReferenceField(ref writer, fieldIdDelta, expectedType, value))
        {
            return;
        }

        writer.WriteFieldHeader(fieldIdDelta, expectedType, typeof(ServedPayload), WireType.LengthPrefixed);
        writer.WriteVarUInt32((uint)value!.Length);
        writer.Write(value.Bytes);
        value.Dispose();
    }

    public ServedPayload? ReadValue<TInput>(ref Reader<TInput> reader, Field field)
    {
        if (field.WireType == WireType.Reference)
        {
            return ReferenceCodec.ReadReference<ServedPayload, TInput>(ref reader, field);
        }

        field.EnsureWireType(WireType.LengthPrefixed);
        uint length = reader.ReadVarUInt32();
        if (length > ServedColumnsFormat.MaxBytes || length > reader.Length - reader.Position)
        {
            throw new ServedColumnsException($"An answer says that it has {length} bytes; more than came, or than one may have.");
        }

        byte[] rented = ArrayPool<byte>.Shared.Rent((int)length);
        reader.ReadBytes(rented.AsSpan(0, (int)length));
        ServedPayload payload = new(rented, (int)length);
        ReferenceCodec.RecordObject(reader.Session, payload);
        return payload;
    }

    public ServedPayload? DeepCopy(ServedPayload? input, CopyContext context) => input;
}
