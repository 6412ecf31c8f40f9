using System.Buffers.Binary;
using Signals.Orleans.Replicas;
using Signals.Serving;

namespace Signals.Orleans.Wire;

/// <summary>Writes the rows of a local answer in the form of docs/formats/served-columns.md. Pure but for the pool; any thread.</summary>
internal static class RowsWriter
{
    public static ServedPayload Write(in LocalRows rows, in ClusterAnswer answer)
    {
        IReadOnlyList<string> columns = rows.ColumnNames;
        PayloadWriter writer = new(ServedColumnsFormat.HeaderBytes + (rows.Count * (32 + (8 * columns.Count))));
        WriteHeader(writer.Header, ServedColumnsFormat.KindRows, answer, rows.Status, rows.NowMs);
        BinaryPrimitives.WriteInt32LittleEndian(writer.Header[ServedColumnsFormat.RowsAt..], rows.Count);
        BinaryPrimitives.WriteUInt16LittleEndian(writer.Header[ServedColumnsFormat.ColumnsAt..], checked((ushort)columns.Count));
        int names = 0;
        foreach (EventTypeSchema type in rows.TypesRead)
        {
            // The caller may know the event type by a name that it had.
            foreach (string name in type.FormerNames.Prepend(type.Name))
            {
                Span<byte> entry = writer.AddNamed(ServedColumnsFormat.TypeBytes, name);
                BinaryPrimitives.WriteUInt16LittleEndian(entry, type.Id);
                BinaryPrimitives.WriteInt64LittleEndian(entry[8..], rows.Watermark(type.Name));
                names++;
            }
        }

        BinaryPrimitives.WriteUInt16LittleEndian(writer.Header[ServedColumnsFormat.TypesAt..], checked((ushort)names));

        foreach (string column in columns)
        {
            WriteColumnEntry(writer, rows, column);
        }

        writer.Add(rows.Times);
        writer.Add(rows.Ids);
        writer.Add(rows.EventTypes);
        foreach (string column in columns)
        {
            WriteColumn(writer, rows, column);
        }

        return writer.ToPayload();
    }

    internal static void WriteHeader(
        Span<byte> header, byte kind, in ClusterAnswer answer, ServingStatus status, long nowMs)
    {
        header[ServedColumnsFormat.KindAt] = kind;
        header[ServedColumnsFormat.RoleAt] = (byte)answer.Role;
        header[ServedColumnsFormat.StatusAt] = (byte)status;
        header[ServedColumnsFormat.FlagsAt] = answer.IsComplete ? ServedColumnsFormat.FlagComplete : (byte)0;
        BinaryPrimitives.WriteInt32LittleEndian(header[ServedColumnsFormat.PartitionAt..], answer.Partition);
        BinaryPrimitives.WriteInt64LittleEndian(header[ServedColumnsFormat.PositionAt..], answer.Position);
        BinaryPrimitives.WriteInt64LittleEndian(
            header[ServedColumnsFormat.LagMicrosecondsAt..],
            answer.Lag is TimeSpan lag ? (long)Math.Ceiling(lag.TotalMicroseconds) : ServedColumnsFormat.Unknown);
        BinaryPrimitives.WriteInt64LittleEndian(
            header[ServedColumnsFormat.LagRecordsAt..], answer.LagRecords ?? ServedColumnsFormat.Unknown);
        BinaryPrimitives.WriteInt64LittleEndian(header[ServedColumnsFormat.NowMsAt..], nowMs);
    }

    private static void WriteColumnEntry(PayloadWriter writer, in LocalRows rows, string column)
    {
        ColumnType type = rows.TypeOf(column);
        Span<byte> entry = writer.AddNamed(ServedColumnsFormat.ColumnBytes, column);
        entry[0] = (byte)type.Kind;
        BinaryPrimitives.WriteInt32LittleEndian(entry[4..], type.Dimensions);
        BinaryPrimitives.WriteInt64LittleEndian(entry[8..], ValueBytes(rows, column, type));
    }

    private static void WriteColumn(PayloadWriter writer, in LocalRows rows, string column)
    {
        ColumnType type = rows.TypeOf(column);
        writer.Add(rows.States(column));
        if (!type.IsVariable)
        {
            writer.Add(rows.FixedRows(column));
            return;
        }

        Span<byte> offsets = writer.Reserve((rows.Count + 1) * sizeof(int));
        int end = 0;
        for (int row = 0; row < rows.Count; row++)
        {
            end += rows.Bytes(column, row).Length;
            BinaryPrimitives.WriteInt32LittleEndian(offsets[((row + 1) * sizeof(int))..], end);
        }

        BinaryPrimitives.WriteInt32LittleEndian(offsets, 0);
        Span<byte> values = writer.Reserve(end);
        for (int row = 0; row < rows.Count; row++)
        {
            ReadOnlySpan<byte> value = rows.Bytes(column, row);
            value.CopyTo(values);
            values = values[value.Length..];
        }
    }

    private static long ValueBytes(in LocalRows rows, string column, ColumnType type)
    {
        if (!type.IsVariable)
        {
            return (long)rows.Count * type.Width;
        }

        long bytes = 0;
        for (int row = 0; row < rows.Count; row++)
        {
            bytes += rows.Bytes(column, row).Length;
        }

        return bytes;
    }
}
