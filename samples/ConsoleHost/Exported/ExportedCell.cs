using System.Buffers.Text;
using System.Numerics;
using System.Runtime.InteropServices;
using System.Text.Unicode;
using Signals.Samples.ConsoleHost.Csv;

namespace Signals.Samples.ConsoleHost.Exported;

/// <summary>Values as exports write them as text (docs/tool.md): the inverse of what `signals export` does. Pure.</summary>
internal static class ExportedCell
{
    private static ReadOnlySpan<byte> NullCell => @"\N"u8;

    private static ReadOnlySpan<byte> RawPrefix => @"\x"u8;

    /// <summary>Sets a column from a cell of an exported CSV file. False when it does not fit.</summary>
    public static bool TrySet(SingleEvent single, ColumnSchema column, ReadOnlySpan<byte> cell, bool isQuoted)
    {
        if (!isQuoted)
        {
            if (cell.IsEmpty)
            {
                return true; // absent
            }

            if (cell.SequenceEqual(NullCell))
            {
                single.SetNull(column.Id);
                return true;
            }

            if (cell.StartsWith(RawPrefix))
            {
                return TrySetRaw(single, column, cell[RawPrefix.Length..]);
            }
        }

        return TrySetText(single, column, cell);
    }

    /// <summary>Sets a column from the text of its value; vectors as [1,2].</summary>
    public static bool TrySetText(SingleEvent single, ColumnSchema column, ReadOnlySpan<byte> text)
    {
        switch (column.Type.Kind)
        {
            case ColumnKind.Text:
                single.SetBytes(column.Id, text);
                return Utf8.IsValid(text);
            case ColumnKind.Bytes: return TrySetBase64(single, column, text);
            case ColumnKind.VectorInt8: return TryVector<sbyte>(single, column, text);
            case ColumnKind.VectorFloat16: return TryVector<Half>(single, column, text);
            case ColumnKind.VectorFloat32: return TryVector<float>(single, column, text);
            default: return !text.IsEmpty && CellParser.TrySet(single, column.Id, text);
        }
    }

    /// <summary>Sets a column to bytes in base64: a value of bytes, or the raw bytes of any other.</summary>
    public static bool TrySetBase64(SingleEvent single, ColumnSchema column, ReadOnlySpan<byte> base64)
    {
        byte[] bytes = new byte[Base64.GetMaxDecodedFromUtf8Length(base64.Length)];
        bool read = Base64.DecodeFromUtf8(base64, bytes, out int consumed, out int written) == System.Buffers.OperationStatus.Done
            && consumed == base64.Length;
        return read && TrySetBytes(single, column, bytes.AsSpan(0, written));
    }

    private static bool TrySetRaw(SingleEvent single, ColumnSchema column, ReadOnlySpan<byte> hex)
    {
        byte[] bytes = new byte[hex.Length / 2];
        return hex.Length % 2 == 0 && Convert.FromHexString(hex, bytes, out _, out int written) == System.Buffers.OperationStatus.Done
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

    private static bool TryVector<T>(SingleEvent single, ColumnSchema column, ReadOnlySpan<byte> text)
        where T : unmanaged, INumber<T>, IMinMaxValue<T>
    {
        if (text is not [(byte)'[', .., (byte)']'])
        {
            return false;
        }

        Span<T> elements = MemoryMarshal.Cast<byte, T>(single.Reserve(column.Id, column.Type.Width));
        int count = 0;
        ReadOnlySpan<byte> list = text[1..^1];
        foreach (Range part in list.Split((byte)','))
        {
            if (count == elements.Length || !NumberFit.TryParse(list[part].Trim("\" "u8), out elements[count]))
            {
                return false;
            }

            count++;
        }

        return count == elements.Length;
    }
}
