using System.Runtime.InteropServices;
using Apache.Arrow;
using Apache.Arrow.Arrays;
using Apache.Arrow.Types;
using Signals.Definitions;
using Signals.Serving;

namespace Signals.Tests.Arrow;

/// <summary>Compares a row of a record batch with the served sequence that it was made of. Threads: any.</summary>
internal static class ServedCheck
{
    /// <summary>Fails unless the row holds the keys, columns, states and tensors of the sequence.</summary>
    public static void RequireEqual(RecordBatch batch, int row, in ServedSequence sequence, string what)
    {
        Assert.That(((StringArray)batch.Column("user")).GetString(row), Is.EqualTo(sequence.User.ToString()), what);
        Assert.That(UserOf(batch, row), Is.EqualTo(sequence.User), what);
        Assert.That(((TimestampArray)batch.Column("as_of")).GetValue(row), Is.EqualTo(sequence.NowMs), what);
        Assert.That(((UInt8Array)batch.Column("status")).GetValue(row), Is.EqualTo((byte)sequence.Status), what);
        RequireBytes(ListOf(batch, "time", row), 8, MemoryMarshal.AsBytes(sequence.Times), what + " time");
        RequireBytes(ListOf(batch, "id", row), 8, MemoryMarshal.AsBytes(sequence.Ids), what + " id");
        RequireBytes(ListOf(batch, "type", row), 2, MemoryMarshal.AsBytes(sequence.EventTypes), what + " type");
        foreach (string column in sequence.ColumnNames)
        {
            RequireColumn(batch, column, row, sequence, $"{what} {column}");
        }

        foreach (TensorDescription tensor in sequence.Tensors)
        {
            RequireTensor(batch, tensor, row, sequence, $"{what} tensor {tensor.Name}");
        }
    }

    /// <summary>The elements of one list.</summary>
    public static (IArrowArray Elements, int Start, int Count) ListOf(RecordBatch batch, string column, int row)
    {
        ListArray lists = (ListArray)batch.Column(column);
        int start = lists.ValueOffsets[row];
        return (lists.Values, start, lists.ValueOffsets[row + 1] - start);
    }

    /// <summary>The bytes of one tensor of a sequence, padded as the definition says.</summary>
    public static byte[] TensorBytes(in ServedSequence sequence, TensorDescription tensor)
    {
        byte[] rows = new byte[sequence.Count * tensor.Width * BytesOf(tensor.Type)];
        if (tensor.IsMask)
        {
            FillMask(rows, tensor.Type);
        }
        else
        {
            Write(sequence, tensor, rows);
        }

        if (tensor.Rows == 0)
        {
            return rows;
        }

        byte[] padding = new byte[(tensor.Rows - sequence.Count) * tensor.Width * BytesOf(tensor.Type)];
        return tensor.Padding == PaddingSide.Left ? [.. padding, .. rows] : [.. rows, .. padding];
    }

    public static int BytesOf(TensorType type) => type switch
    {
        TensorType.Float64 or TensorType.Int64 => 8,
        TensorType.Float32 or TensorType.Int32 => 4,
        TensorType.Float16 or TensorType.Int16 => 2,
        _ => 1,
    };

    /// <summary>The bytes of a column of fixed width, by its typed accessor.</summary>
    public static ReadOnlySpan<byte> FixedRows(in ServedSequence sequence, string column, ColumnType type) => type.Kind switch
    {
        ColumnKind.Boolean => MemoryMarshal.AsBytes(sequence.Field<bool>(column)),
        ColumnKind.Int8 => MemoryMarshal.AsBytes(sequence.Field<sbyte>(column)),
        ColumnKind.UInt8 => sequence.Field<byte>(column),
        ColumnKind.Int16 => MemoryMarshal.AsBytes(sequence.Field<short>(column)),
        ColumnKind.UInt16 => MemoryMarshal.AsBytes(sequence.Field<ushort>(column)),
        ColumnKind.Int32 => MemoryMarshal.AsBytes(sequence.Field<int>(column)),
        ColumnKind.UInt32 => MemoryMarshal.AsBytes(sequence.Field<uint>(column)),
        ColumnKind.Int64 => MemoryMarshal.AsBytes(sequence.Field<long>(column)),
        ColumnKind.UInt64 => MemoryMarshal.AsBytes(sequence.Field<ulong>(column)),
        ColumnKind.Float16 => MemoryMarshal.AsBytes(sequence.Field<Half>(column)),
        ColumnKind.Float32 => MemoryMarshal.AsBytes(sequence.Field<float>(column)),
        ColumnKind.Float64 => MemoryMarshal.AsBytes(sequence.Field<double>(column)),
        ColumnKind.VectorInt8 => MemoryMarshal.AsBytes(sequence.Vector<sbyte>(column)),
        ColumnKind.VectorFloat16 => MemoryMarshal.AsBytes(sequence.Vector<Half>(column)),
        _ => MemoryMarshal.AsBytes(sequence.Vector<float>(column)),
    };

    private static UserId UserOf(RecordBatch batch, int row)
    {
        ReadOnlySpan<byte> bytes = ((FixedSizeBinaryArray)batch.Column("user_id")).GetBytes(row);
        return new UserId(
            System.Buffers.Binary.BinaryPrimitives.ReadUInt64BigEndian(bytes),
            System.Buffers.Binary.BinaryPrimitives.ReadUInt64BigEndian(bytes[8..]));
    }

    private static void RequireColumn(RecordBatch batch, string column, int row, in ServedSequence sequence, string what)
    {
        (IArrowArray elements, int start, int count) = ListOf(batch, column, row);
        (IArrowArray states, int stateStart, _) = ListOf(batch, column + ":state", row);
        Assert.That(count, Is.EqualTo(sequence.Count), what);
        ColumnType type = sequence.TypeOf(column);
        for (int i = 0; i < count; i++)
        {
            ColumnState state = sequence.States(column)[i];
            Assert.That((ColumnState)((UInt8Array)states).GetValue(stateStart + i)!.Value, Is.EqualTo(state), what);
            Assert.That(elements.IsValid(start + i), Is.EqualTo(state == ColumnState.Value), $"{what}[{i}]");
            if (state == ColumnState.Value && type.IsVariable)
            {
                Assert.That(((BinaryArray)elements).GetBytes(start + i).SequenceEqual(sequence.Bytes(column, i)), Is.True, $"{what}[{i}]");
            }
            else if (state == ColumnState.Value && type.Kind == ColumnKind.Boolean)
            {
                Assert.That(((BooleanArray)elements).GetValue(start + i), Is.EqualTo(sequence.Field<bool>(column)[i]), $"{what}[{i}]");
            }
        }

        if (!type.IsVariable && type.Kind != ColumnKind.Boolean)
        {
            RequireBytes((elements, start, count), type.Width, FixedRows(sequence, column, type), what);
        }
    }

    private static void RequireTensor(RecordBatch batch, TensorDescription tensor, int row, in ServedSequence sequence, string what)
    {
        IArrowArray column = batch.Column("tensor:" + tensor.Name);
        byte[] expected = TensorBytes(sequence, tensor);
        int rowBytes = tensor.Width * BytesOf(tensor.Type);
        if (tensor.Rows == 0)
        {
            RequireBytes(ListOf(batch, "tensor:" + tensor.Name, row), rowBytes, expected, what);
        }
        else
        {
            RequireBytes((column, row, 1), tensor.Rows * rowBytes, expected, what);
        }
    }

    private static void RequireBytes((IArrowArray Elements, int Start, int Count) list, int width, ReadOnlySpan<byte> expected, string what)
    {
        ArrayData data = list.Elements.Data;
        ReadOnlySpan<byte> bytes = data.DataType is FixedSizeListType ? data.Children[0].Buffers[1].Span : data.Buffers[1].Span;
        Assert.That(data.Offset, Is.Zero, what);
        Assert.That(
            bytes.Slice(list.Start * width, list.Count * width).SequenceEqual(expected), Is.True,
            $"{what}: {list.Count} elements of {width} bytes differ from {expected.Length} bytes that were served");
    }

    private static void Write(in ServedSequence sequence, TensorDescription tensor, byte[] rows)
    {
        _ = tensor.Type switch
        {
            TensorType.Float32 => sequence.WriteTensor(tensor.Name, MemoryMarshal.Cast<byte, float>(rows.AsSpan())),
            TensorType.Float16 => sequence.WriteTensor(tensor.Name, MemoryMarshal.Cast<byte, Half>(rows.AsSpan())),
            TensorType.Float64 => sequence.WriteTensor(tensor.Name, MemoryMarshal.Cast<byte, double>(rows.AsSpan())),
            TensorType.Int8 => sequence.WriteTensor(tensor.Name, MemoryMarshal.Cast<byte, sbyte>(rows.AsSpan())),
            TensorType.UInt8 => sequence.WriteTensor(tensor.Name, rows.AsSpan()),
            TensorType.Int16 => sequence.WriteTensor(tensor.Name, MemoryMarshal.Cast<byte, short>(rows.AsSpan())),
            TensorType.Int32 => sequence.WriteTensor(tensor.Name, MemoryMarshal.Cast<byte, int>(rows.AsSpan())),
            TensorType.Int64 => sequence.WriteTensor(tensor.Name, MemoryMarshal.Cast<byte, long>(rows.AsSpan())),
            _ => sequence.WriteTensor(tensor.Name, MemoryMarshal.Cast<byte, bool>(rows.AsSpan())),
        };
    }

    private static void FillMask(byte[] rows, TensorType type)
    {
        byte[] one = type switch
        {
            TensorType.Float32 => BitConverter.GetBytes(1f),
            TensorType.Float64 => BitConverter.GetBytes(1.0),
            TensorType.Float16 => BitConverter.GetBytes(Half.One),
            TensorType.Int16 => BitConverter.GetBytes((short)1),
            TensorType.Int32 => BitConverter.GetBytes(1),
            TensorType.Int64 => BitConverter.GetBytes(1L),
            _ => [1],
        };
        for (int i = 0; i < rows.Length; i++)
        {
            rows[i] = one[i % one.Length];
        }
    }
}
