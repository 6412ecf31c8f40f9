using System.Numerics;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Unicode;

namespace Signals.Samples.ConsoleHost.Csv;

/// <summary>
/// Turns the text of a CSV cell into a column's value. An empty cell is null, for every kind. Numbers are written as in C#
/// (invariant); a vector's elements are separated by spaces or semicolons. Pure.
/// </summary>
internal static class CellParser
{
    /// <summary>Sets column <paramref name="column"/> of <paramref name="single"/>. False when the cell does not fit the kind.</summary>
    public static bool TrySet(SingleEvent single, int column, ReadOnlySpan<byte> cell)
    {
        if (cell.IsEmpty)
        {
            single.SetNull(column);
            return true;
        }
        ColumnType type = single.EventType.Columns[column].Type;
        switch (type.Kind)
        {
            case ColumnKind.Text:
                single.SetBytes(column, cell);
                return Utf8.IsValid(cell);
            case ColumnKind.Bytes:
                single.SetBytes(column, cell);
                return true;
            case ColumnKind.Boolean: return TryBoolean(single, column, cell);
            case ColumnKind.Int8: return TryNumber<sbyte>(single, column, cell);
            case ColumnKind.UInt8: return TryNumber<byte>(single, column, cell);
            case ColumnKind.Int16: return TryNumber<short>(single, column, cell);
            case ColumnKind.UInt16: return TryNumber<ushort>(single, column, cell);
            case ColumnKind.Int32: return TryNumber<int>(single, column, cell);
            case ColumnKind.UInt32: return TryNumber<uint>(single, column, cell);
            case ColumnKind.Int64: return TryNumber<long>(single, column, cell);
            case ColumnKind.UInt64: return TryNumber<ulong>(single, column, cell);
            case ColumnKind.Float16: return TryNumber<Half>(single, column, cell);
            case ColumnKind.Float32: return TryNumber<float>(single, column, cell);
            case ColumnKind.Float64: return TryNumber<double>(single, column, cell);
            case ColumnKind.VectorInt8: return TryVector<sbyte>(single, column, cell, type);
            case ColumnKind.VectorFloat16: return TryVector<Half>(single, column, cell, type);
            case ColumnKind.VectorFloat32: return TryVector<float>(single, column, cell, type);
            default: throw new InvalidOperationException($"no text form of {type.Kind} is known");
        }
    }

    private static bool TryBoolean(SingleEvent single, int column, ReadOnlySpan<byte> cell)
    {
        bool isTrue = cell is [(byte)'1'] or [(byte)'t'] or [(byte)'T'] || Ascii.EqualsIgnoreCase(cell, "true"u8);
        bool isFalse = cell is [(byte)'0'] or [(byte)'f'] or [(byte)'F'] || Ascii.EqualsIgnoreCase(cell, "false"u8);
        single.Set(column, isTrue);
        return isTrue || isFalse;
    }

    private static bool TryNumber<T>(SingleEvent single, int column, ReadOnlySpan<byte> cell)
        where T : unmanaged, INumber<T>, IMinMaxValue<T>
    {
        if (!NumberFit.TryParse(cell, out T value))
        {
            return false;
        }
        single.Set(column, value);
        return true;
    }

    private static bool TryVector<T>(SingleEvent single, int column, ReadOnlySpan<byte> cell, ColumnType type)
        where T : unmanaged, INumber<T>, IMinMaxValue<T>
    {
        Span<T> elements = MemoryMarshal.Cast<byte, T>(single.Reserve(column, type.Width));
        int count = 0;
        foreach (Range part in cell.SplitAny(" ;"u8))
        {
            if (cell[part].IsEmpty)
            {
                continue;
            }
            if (count == elements.Length
                || !NumberFit.TryParse(cell[part], out elements[count]))
            {
                return false;
            }
            count++;
        }
        return count == elements.Length;
    }
}
