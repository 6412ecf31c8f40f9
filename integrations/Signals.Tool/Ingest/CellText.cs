using System.Buffers;
using System.Buffers.Text;
using System.Numerics;
using System.Runtime.InteropServices;
using System.Text;

namespace Signals.Tool.Ingest;

/// <summary>Reads values as exports write them into CSV (docs/tool.md). Pure.</summary>
internal static class CellText
{
    private const string NullCell = "\\N";
    private const string RawPrefix = "\\x";

    /// <summary>Sets a column from a cell. False when the cell does not fit the column.</summary>
    /// <param name="single">The event.</param>
    /// <param name="column">The column.</param>
    /// <param name="cell">The cell without its quotes.</param>
    /// <param name="isQuoted">Whether it was in quotes: without them, an empty cell and a backslash have another meaning.</param>
    public static bool TrySet(SingleEvent single, ColumnSchema column, ReadOnlySpan<char> cell, bool isQuoted)
    {
        if (!isQuoted && cell.IsEmpty)
        {
            return true; // absent
        }

        if (!isQuoted && cell.SequenceEqual(NullCell))
        {
            single.SetNull(column.Id);
            return true;
        }

        if (!isQuoted && cell.StartsWith(RawPrefix, StringComparison.Ordinal))
        {
            return TrySetHex(single, column, cell[RawPrefix.Length..]);
        }

        byte[] rented = ArrayPool<byte>.Shared.Rent(Encoding.UTF8.GetMaxByteCount(cell.Length));
        try
        {
            return TrySetText(single, column, rented.AsSpan(0, Encoding.UTF8.GetBytes(cell, rented)));
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(rented);
        }
    }

    private static bool TrySetText(SingleEvent single, ColumnSchema column, ReadOnlySpan<byte> text)
    {
        switch (column.Type.Kind)
        {
            case ColumnKind.Text:
                single.SetBytes(column.Id, text);
                return true;
            case ColumnKind.Bytes: return TrySetBase64(single, column, text);
            case ColumnKind.Boolean: return TrySetBoolean(single, column, text);
            case ColumnKind.Int8: return TrySetNumber<sbyte>(single, column, text);
            case ColumnKind.UInt8: return TrySetNumber<byte>(single, column, text);
            case ColumnKind.Int16: return TrySetNumber<short>(single, column, text);
            case ColumnKind.UInt16: return TrySetNumber<ushort>(single, column, text);
            case ColumnKind.Int32: return TrySetNumber<int>(single, column, text);
            case ColumnKind.UInt32: return TrySetNumber<uint>(single, column, text);
            case ColumnKind.Int64: return TrySetNumber<long>(single, column, text);
            case ColumnKind.UInt64: return TrySetNumber<ulong>(single, column, text);
            case ColumnKind.Float16: return TrySetNumber<Half>(single, column, text);
            case ColumnKind.Float32: return TrySetNumber<float>(single, column, text);
            case ColumnKind.Float64: return TrySetNumber<double>(single, column, text);
            case ColumnKind.VectorInt8: return TrySetVector<sbyte>(single, column, text);
            case ColumnKind.VectorFloat16: return TrySetVector<Half>(single, column, text);
            case ColumnKind.VectorFloat32: return TrySetVector<float>(single, column, text);
            default: throw new InvalidOperationException($"No text of {column.Type} is known.");
        }
    }

    private static bool TrySetBoolean(SingleEvent single, ColumnSchema column, ReadOnlySpan<byte> text)
    {
        bool isTrue = text.SequenceEqual("true"u8);
        single.Set(column.Id, isTrue);
        return isTrue || text.SequenceEqual("false"u8);
    }

    private static bool TrySetNumber<T>(SingleEvent single, ColumnSchema column, ReadOnlySpan<byte> text)
        where T : unmanaged, INumber<T>, IMinMaxValue<T>
    {
        bool fits = NumberFit.TryParse(text, out T value);
        single.Set(column.Id, value);
        return fits;
    }

    private static bool TrySetVector<T>(SingleEvent single, ColumnSchema column, ReadOnlySpan<byte> text)
        where T : unmanaged, INumber<T>, IMinMaxValue<T>
    {
        if (text is not [(byte)'[', .., (byte)']'])
        {
            return false;
        }

        Span<T> elements = MemoryMarshal.Cast<byte, T>(single.Reserve(column.Id, column.Type.Width));
        ReadOnlySpan<byte> list = text[1..^1];
        int count = 0;
        foreach (Range part in list.Split((byte)','))
        {
            // NaN and infinities are strings, as in JSON.
            if (count == elements.Length || !NumberFit.TryParse(list[part].Trim("\" "u8), out elements[count]))
            {
                return false;
            }

            count++;
        }

        return count == elements.Length;
    }

    private static bool TrySetBase64(SingleEvent single, ColumnSchema column, ReadOnlySpan<byte> base64)
    {
        byte[] bytes = new byte[Base64.GetMaxDecodedFromUtf8Length(base64.Length)];
        return Base64.DecodeFromUtf8(base64, bytes, out int consumed, out int written) == OperationStatus.Done
            && consumed == base64.Length && TrySetBytes(single, column, bytes.AsSpan(0, written));
    }

    private static bool TrySetHex(SingleEvent single, ColumnSchema column, ReadOnlySpan<char> hex)
    {
        byte[] bytes = new byte[hex.Length / 2];
        return hex.Length % 2 == 0 && Convert.FromHexString(hex, bytes, out _, out int written) == OperationStatus.Done
            && TrySetBytes(single, column, bytes.AsSpan(0, written));
    }

    private static bool TrySetBytes(SingleEvent single, ColumnSchema column, ReadOnlySpan<byte> bytes)
    {
        bool fits = column.Type.IsVariable || bytes.Length == column.Type.Width;
        if (fits)
        {
            single.SetBytes(column.Id, bytes);
        }

        return fits;
    }
}
