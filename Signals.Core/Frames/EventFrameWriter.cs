using System.Buffers;
using System.Buffers.Binary;
using System.Text;
using System.Text.Unicode;
using MessagePack;
using Signals.Core.Frames;

namespace Signals;

/// <summary>
/// Writes events as length-prefixed MessagePack frames in the map form (docs/formats/event-frame.md). Thread contract: one
/// thread. Lifetime: reused for a whole stream.
/// </summary>
public sealed class EventFrameWriter
{
    private readonly ArrayBufferWriter<byte> _frame = new(1024);

    /// <summary>Appends the frame of <paramref name="single"/> to <paramref name="output"/>.</summary>
    /// <exception cref="SignalsException">
    /// The event is larger than the frames that readers accept; nothing was written.
    /// </exception>
    public void Write(SingleEvent single, IBufferWriter<byte> output)
    {
        ArgumentNullException.ThrowIfNull(single);
        ArgumentNullException.ThrowIfNull(output);
        _frame.ResetWrittenCount();
        MessagePackWriter writer = new(_frame);
        writer.WriteMapHeader(5);
        writer.WriteString(EventFrameFormat.UserKey);
        WriteUser(ref writer, single);
        writer.WriteString(EventFrameFormat.TypeKey);
        writer.WriteString(Encoding.UTF8.GetBytes(single.EventType.Name));
        writer.WriteString(EventFrameFormat.TimeKey);
        writer.Write(single.TimeMs);
        writer.WriteString(EventFrameFormat.IdKey);
        writer.Write(single.Id);
        writer.WriteString(EventFrameFormat.FieldsKey);
        WriteFields(ref writer, single);
        writer.Flush();
        if (_frame.WrittenCount > EventFrameFormat.MaxFrameBytes)
        {
            throw new SignalsException(
                $"Event {single.Id} of user {single.User} takes {_frame.WrittenCount:N0} bytes as a frame; "
                    + $"readers accept at most {EventFrameFormat.MaxFrameBytes:N0}.");
        }

        Span<byte> length = output.GetSpan(EventFrameFormat.LengthPrefixBytes);
        BinaryPrimitives.WriteUInt32LittleEndian(length, (uint)_frame.WrittenCount);
        output.Advance(EventFrameFormat.LengthPrefixBytes);
        output.Write(_frame.WrittenSpan);
    }

    private static void WriteUser(ref MessagePackWriter writer, SingleEvent single)
    {
        if (single.User.High == 0)
        {
            writer.Write(single.User.Low);
            return;
        }
        writer.WriteBinHeader(EventFrameFormat.UserBytes);
        Span<byte> bytes = writer.GetSpan(EventFrameFormat.UserBytes);
        BinaryPrimitives.WriteUInt64BigEndian(bytes, single.User.High);
        BinaryPrimitives.WriteUInt64BigEndian(bytes[8..], single.User.Low);
        writer.Advance(EventFrameFormat.UserBytes);
    }

    private static void WriteFields(ref MessagePackWriter writer, SingleEvent single)
    {
        int present = 0;
        for (int column = 0; column < single.CellCount; column++)
        {
            present += single.State(column) == ColumnState.Absent ? 0 : 1;
        }
        writer.WriteMapHeader(present);
        for (int column = 0; column < single.CellCount; column++)
        {
            if (single.State(column) == ColumnState.Absent)
            {
                continue;
            }
            ColumnType type = single.EventType.Columns[column].Type;
            writer.WriteString(Encoding.UTF8.GetBytes(single.EventType.Columns[column].Name));
            if (single.State(column) == ColumnState.Null)
            {
                writer.WriteNil();
            }
            else
            {
                WriteValue(ref writer, type, single.Bytes(column));
            }
        }
    }

    private static void WriteValue(ref MessagePackWriter writer, ColumnType type, ReadOnlySpan<byte> value)
    {
        switch (type.Kind)
        {
            case ColumnKind.Boolean: writer.Write(value[0] != 0); break;
            case ColumnKind.Int8: writer.Write((sbyte)value[0]); break;
            case ColumnKind.UInt8: writer.Write(value[0]); break;
            case ColumnKind.Int16: writer.Write(BinaryPrimitives.ReadInt16LittleEndian(value)); break;
            case ColumnKind.UInt16: writer.Write(BinaryPrimitives.ReadUInt16LittleEndian(value)); break;
            case ColumnKind.Int32: writer.Write(BinaryPrimitives.ReadInt32LittleEndian(value)); break;
            case ColumnKind.UInt32: writer.Write(BinaryPrimitives.ReadUInt32LittleEndian(value)); break;
            case ColumnKind.Int64: writer.Write(BinaryPrimitives.ReadInt64LittleEndian(value)); break;
            case ColumnKind.UInt64: writer.Write(BinaryPrimitives.ReadUInt64LittleEndian(value)); break;
            case ColumnKind.Text when !Utf8.IsValid(value): writer.Write(value); break;
            case ColumnKind.Float16 or ColumnKind.Float32 or ColumnKind.Float64 when IsOtherNaN(type.Kind, value):
                writer.Write(value);
                break;
            case ColumnKind.Float16: writer.Write((float)BinaryPrimitives.ReadHalfLittleEndian(value)); break;
            case ColumnKind.Float32: writer.Write(BinaryPrimitives.ReadSingleLittleEndian(value)); break;
            case ColumnKind.Float64: writer.Write(BinaryPrimitives.ReadDoubleLittleEndian(value)); break;
            case ColumnKind.Text: writer.WriteString(value); break;
            default: writer.Write(value); break; // bytes, and vectors as their little-endian elements
        }
    }

    /// <summary>Whether a value is a NaN with other bits than the usual NaN. Those bits would be lost in a conversion.</summary>
    private static bool IsOtherNaN(ColumnKind kind, ReadOnlySpan<byte> value) => kind switch
    {
        ColumnKind.Float16 => BinaryPrimitives.ReadHalfLittleEndian(value) is var half && Half.IsNaN(half)
            && BitConverter.HalfToUInt16Bits(half) != BitConverter.HalfToUInt16Bits(Half.NaN),
        ColumnKind.Float32 => BinaryPrimitives.ReadSingleLittleEndian(value) is var real && float.IsNaN(real)
            && BitConverter.SingleToUInt32Bits(real) != BitConverter.SingleToUInt32Bits(float.NaN),
        _ => BinaryPrimitives.ReadDoubleLittleEndian(value) is var real && double.IsNaN(real)
            && BitConverter.DoubleToUInt64Bits(real) != BitConverter.DoubleToUInt64Bits(double.NaN),
    };
}
