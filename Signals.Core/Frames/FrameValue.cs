using System.Buffers;
using System.Numerics;
using System.Runtime.InteropServices;
using System.Text.Unicode;
using MessagePack;
using Signals.Core.Columns;

namespace Signals.Core.Frames;

/// <summary>Reads single MessagePack values. Frames are contiguous, so a value is always available as a span. Pure.</summary>
internal static class FrameValue
{
    /// <summary>Reads a number from 0 to 2^64 - 1. False when it is negative.</summary>
    public static bool TryReadUnsigned(ref MessagePackReader reader, out ulong value)
    {
        value = 0;
        if (IsAboveInt64Capable(reader.NextCode))
        {
            value = reader.ReadUInt64();
            return true;
        }
        long signed = reader.ReadInt64();
        value = unchecked((ulong)signed);
        return signed >= 0;
    }

    /// <summary>Reads a number from -2^63 to 2^63 - 1. False when it is larger.</summary>
    public static bool TryReadSigned(ref MessagePackReader reader, out long value)
    {
        if (IsAboveInt64Capable(reader.NextCode))
        {
            ulong unsigned = reader.ReadUInt64();
            value = unchecked((long)unsigned);
            return unsigned <= long.MaxValue;
        }
        value = reader.ReadInt64();
        return true;
    }

    /// <summary>Reads a byte string in place.</summary>
    public static bool TryReadBinary(ref MessagePackReader reader, out ReadOnlySpan<byte> bytes)
    {
        ReadOnlySequence<byte>? sequence = reader.ReadBytes();
        bytes = sequence is { } s ? s.FirstSpan : default;
        return sequence is { IsSingleSegment: true };
    }

    /// <summary>
    /// Skips one value, however deeply it nests. A counter takes the place of recursion; the bytes of the frame bound it.
    /// </summary>
    public static void Skip(ref MessagePackReader reader)
    {
        for (long values = 1; values > 0; values--)
        {
            switch (reader.NextMessagePackType)
            {
                case MessagePackType.Array:
                    values += reader.ReadArrayHeader();
                    break;
                case MessagePackType.Map:
                    values += 2L * reader.ReadMapHeader();
                    break;
                default:
                    reader.Skip();
                    break;
            }
        }
    }

    /// <summary>Sets a column from the next value. False when the value is of another kind or does not fit.</summary>
    public static bool TrySet(ref MessagePackReader reader, SingleEvent single, int column)
    {
        if (reader.TryReadNil())
        {
            single.SetNull(column);
            return true;
        }
        ColumnType type = single.EventType.Columns[column].Type;
        if (reader.NextMessagePackType == MessagePackType.Binary
            && (type.Kind is ColumnKind.Text or ColumnKind.Float16 or ColumnKind.Float32 or ColumnKind.Float64))
        {
            return TryRaw(ref reader, single, column, type);
        }

        return type.Kind switch
        {
            ColumnKind.Boolean => TryBoolean(ref reader, single, column),
            ColumnKind.Text => TryText(ref reader, single, column),
            ColumnKind.Bytes => TryBytes(ref reader, single, column),
            ColumnKind.Int8 => TryInteger<sbyte>(ref reader, single, column),
            ColumnKind.UInt8 => TryInteger<byte>(ref reader, single, column),
            ColumnKind.Int16 => TryInteger<short>(ref reader, single, column),
            ColumnKind.UInt16 => TryInteger<ushort>(ref reader, single, column),
            ColumnKind.Int32 => TryInteger<int>(ref reader, single, column),
            ColumnKind.UInt32 => TryInteger<uint>(ref reader, single, column),
            ColumnKind.Int64 => TryInteger<long>(ref reader, single, column),
            ColumnKind.UInt64 => TryInteger<ulong>(ref reader, single, column),
            ColumnKind.Float16 => TryReal<Half>(ref reader, single, column),
            ColumnKind.Float32 => TryReal<float>(ref reader, single, column),
            ColumnKind.Float64 => TryReal<double>(ref reader, single, column),
            ColumnKind.VectorInt8 => TryVector<sbyte>(ref reader, single, column, type),
            ColumnKind.VectorFloat16 => TryVector<Half>(ref reader, single, column, type),
            ColumnKind.VectorFloat32 => TryVector<float>(ref reader, single, column, type),
            _ => throw new InvalidOperationException($"no frame form of {type.Kind} is known"),
        };
    }

    /// <summary>
    /// Whether a value with this code may exceed the range of a signed number: only the 64-bit unsigned code can.
    /// </summary>
    private static bool IsAboveInt64Capable(byte code) => code == MessagePackCode.UInt64;

    private static bool TryBoolean(ref MessagePackReader reader, SingleEvent single, int column)
    {
        if (reader.NextMessagePackType != MessagePackType.Boolean)
        {
            return false;
        }
        single.Set(column, reader.ReadBoolean());
        return true;
    }

    private static bool TryText(ref MessagePackReader reader, SingleEvent single, int column)
    {
        if (reader.NextMessagePackType != MessagePackType.String || !reader.TryReadStringSpan(out ReadOnlySpan<byte> text)
            || !Utf8.IsValid(text))
        {
            return false;
        }
        single.SetBytes(column, text);
        return true;
    }

    private static bool TryBytes(ref MessagePackReader reader, SingleEvent single, int column)
    {
        if (reader.NextMessagePackType != MessagePackType.Binary || !TryReadBinary(ref reader, out ReadOnlySpan<byte> bytes))
        {
            return false;
        }
        single.SetBytes(column, bytes);
        return true;
    }

    /// <summary>
    /// Reads bytes as they are: text that is not UTF-8, or the little-endian bits of a number or a vector, also of a narrower type.
    /// </summary>
    private static bool TryRaw(ref MessagePackReader reader, SingleEvent single, int column, ColumnType type)
    {
        if (!TryReadBinary(ref reader, out ReadOnlySpan<byte> bytes))
        {
            return false;
        }

        if (type.IsVariable || bytes.Length == type.Width)
        {
            single.SetBytes(column, bytes);
            return true;
        }

        // The column may have become wider since the frame was written.
        ColumnKind kind = NarrowerKind(single.EventType.Columns[column], bytes.Length);
        if (kind == 0)
        {
            return false;
        }

        Span<byte> row = single.Reserve(column, type.Width);
        bytes.CopyTo(row[^bytes.Length..]);
        NumberWidening.Widen(ColumnType.FromKind(kind, type.Dimensions), type, row);
        return true;
    }

    /// <summary>
    /// The narrower kind that the column had and of which a binary value of this many bytes is; 0 when there is none. Only vectors and
    /// floats are written as bytes, and the elements of each kind of them have another width, so the length says which kind it is. Another
    /// length stays an error: a vector of half the dimensions has as many bytes as one of halves.
    /// </summary>
    private static ColumnKind NarrowerKind(ColumnSchema column, int length)
    {
        ColumnType type = column.Type;
        ColumnKind kind = (type.IsVector, length % type.Dimensions == 0 ? length / type.Dimensions : 0) switch
        {
            (true, sizeof(byte)) => ColumnKind.VectorInt8,
            (true, sizeof(ushort)) => ColumnKind.VectorFloat16,
            (false, sizeof(ushort)) => ColumnKind.Float16,
            (false, sizeof(float)) => ColumnKind.Float32,
            _ => 0,
        };
        return kind != 0 && column.Reads(ColumnType.FromKind(kind, type.Dimensions)) ? kind : 0;
    }

    private static bool TryInteger<T>(ref MessagePackReader reader, SingleEvent single, int column)
        where T : unmanaged, IBinaryInteger<T>, IMinMaxValue<T>
    {
        if (!TryReadInteger(ref reader, out T value))
        {
            return false;
        }
        single.Set(column, value);
        return true;
    }

    private static bool TryReal<T>(ref MessagePackReader reader, SingleEvent single, int column)
        where T : unmanaged, IFloatingPoint<T>, IMinMaxValue<T>
    {
        if (!TryReadDouble(ref reader, out double value) || !NumberFit.TryConvert(value, out T fitting))
        {
            return false;
        }
        single.Set(column, fitting);
        return true;
    }

    private static bool TryVector<T>(ref MessagePackReader reader, SingleEvent single, int column, ColumnType type)
        where T : unmanaged, INumber<T>, IMinMaxValue<T>
    {
        if (reader.NextMessagePackType == MessagePackType.Binary)
        {
            return TryRaw(ref reader, single, column, type);
        }
        if (reader.NextMessagePackType != MessagePackType.Array || reader.ReadArrayHeader() != type.Dimensions)
        {
            return false;
        }
        foreach (ref T element in MemoryMarshal.Cast<byte, T>(single.Reserve(column, type.Width)))
        {
            if (!TryReadDouble(ref reader, out double value) || !NumberFit.TryConvert(value, out element))
            {
                return false;
            }
        }
        return true;
    }

    private static bool TryReadInteger<T>(ref MessagePackReader reader, out T value)
        where T : unmanaged, IBinaryInteger<T>, IMinMaxValue<T>
    {
        value = default;
        if (reader.NextMessagePackType != MessagePackType.Integer)
        {
            return false;
        }
        if (IsAboveInt64Capable(reader.NextCode))
        {
            ulong unsigned = reader.ReadUInt64();
            value = T.CreateTruncating(unsigned);
            return unsigned <= ulong.CreateSaturating(T.MaxValue);
        }
        long signed = reader.ReadInt64();
        value = T.CreateTruncating(signed);
        return signed >= long.CreateSaturating(T.MinValue) && (signed < 0 || (ulong)signed <= ulong.CreateSaturating(T.MaxValue));
    }

    private static bool TryReadDouble(ref MessagePackReader reader, out double value)
    {
        switch (reader.NextMessagePackType)
        {
            case MessagePackType.Float:
                value = reader.ReadDouble();
                return true;
            case MessagePackType.Integer when IsAboveInt64Capable(reader.NextCode):
                value = reader.ReadUInt64();
                return true;
            case MessagePackType.Integer:
                value = reader.ReadInt64();
                return true;
            default:
                value = 0;
                return false;
        }
    }
}
