using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Signals.Serving;

namespace Signals.Orleans.Wire;

/// <summary>
/// Reads a batch into tensors and writes them in the form of docs/formats/served-columns.md. Any thread.
/// </summary>
internal static class TensorsWriter
{
    public static ServedPayload Write(SignalStore store, ReadRequest request, in ClusterAnswer promise)
    {
        int users = request.Users.Length / 2;
        TensorScratch scratch = TensorScratch.Read(store, request);
        PayloadWriter writer = new(ServedColumnsFormat.HeaderBytes + scratch.Bytes);
        RowsWriter.WriteHeader(writer.Header, ServedColumnsFormat.KindTensors, promise, ServingStatus.Complete, 0);
        BinaryPrimitives.WriteInt32LittleEndian(writer.Header[ServedColumnsFormat.RowsAt..], users);
        BinaryPrimitives.WriteUInt16LittleEndian(
            writer.Header[ServedColumnsFormat.ColumnsAt..], checked((ushort)request.Tensors!.Length));
        foreach (TensorShape tensor in request.Tensors)
        {
            Span<byte> entry = writer.AddNamed(ServedColumnsFormat.TensorBytes, tensor.Name);
            entry[0] = (byte)tensor.Element;
            BinaryPrimitives.WriteInt32LittleEndian(entry[4..], tensor.Rows);
            BinaryPrimitives.WriteInt32LittleEndian(entry[8..], tensor.Width);
        }

        writer.Add(MemoryMarshal.AsBytes(scratch.Set.Statuses));
        writer.Add(scratch.Set.Lengths);
        for (int tensor = 0; tensor < request.Tensors.Length; tensor++)
        {
            writer.Add(scratch.BytesOf(tensor));
        }

        return writer.ToPayload();
    }
}
