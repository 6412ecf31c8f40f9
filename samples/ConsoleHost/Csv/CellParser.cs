using System.Numerics;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Unicode;
using Signals.Core.Columns;
using Signals.Core.Ingest;

namespace Signals.Samples.ConsoleHost.Csv;

/// <summary>
/// Turns the text of a CSV cell into a column's value. An empty cell is null, for every kind. Numbers are written as in C#
/// (invariant); a vector's elements are separated by spaces or semicolons. Pure.
/// </summary>
internal static class CellParser
{
    /// <summary>Sets column <paramref name="column"/> of <paramref name="record"/>. False when the cell does not fit the kind.</summary>
    public static bool TrySet(EventRecord record, int column, ReadOnlySpan<byte> cell)
    {
        if (cell.IsEmpty)
        {
            record.SetNull(column);
            return true;
        }
        ColumnType type = record.EventType.Columns[column].Type;
        switch (type.Kind)
        {
            case ColumnKind.Text:
                record.SetBytes(column, cell);
                return Utf8.IsValid(cell);
            case ColumnKind.Bytes:
                record.SetBytes(column, cell);
                return true;
            case ColumnKind.Boolean: return TryBoolean(record, column, cell);
            case ColumnKind.Int8: return TryNumber<sbyte>(record, column, cell);
            case ColumnKind.UInt8: return TryNumber<byte>(record, column, cell);
            case ColumnKind.Int16: return TryNumber<short>(record, column, cell);
            case ColumnKind.UInt16: return TryNumber<ushort>(record, column, cell);
            case ColumnKind.Int32: return TryNumber<int>(record, column, cell);
            case ColumnKind.UInt32: return TryNumber<uint>(record, column, cell);
            case ColumnKind.Int64: return TryNumber<long>(record, column, cell);
            case ColumnKind.UInt64: return TryNumber<ulong>(record, column, cell);
            case ColumnKind.Float16: return TryNumber<Half>(record, column, cell);
            case ColumnKind.Float32: return TryNumber<float>(record, column, cell);
            case ColumnKind.Float64: return TryNumber<double>(record, column, cell);
            case ColumnKind.VectorInt8: return TryVector<sbyte>(record, column, cell, type);
            case ColumnKind.VectorFloat16: return TryVector<Half>(record, column, cell, type);
            case ColumnKind.VectorFloat32: return TryVector<float>(record, column, cell, type);
            default: throw new InvalidOperationException($"no text form of {type.Kind} is known");
        }
    }

    private static bool TryBoolean(EventRecord record, int column, ReadOnlySpan<byte> cell)
    {
        bool isTrue = cell is [(byte)'1'] or [(byte)'t'] or [(byte)'T'] || Ascii.EqualsIgnoreCase(cell, "true"u8);
        bool isFalse = cell is [(byte)'0'] or [(byte)'f'] or [(byte)'F'] || Ascii.EqualsIgnoreCase(cell, "false"u8);
        record.Set(column, isTrue);
        return isTrue || isFalse;
    }

    private static bool TryNumber<T>(EventRecord record, int column, ReadOnlySpan<byte> cell)
        where T : unmanaged, INumber<T>, IMinMaxValue<T>
    {
        if (!NumberFit.TryParse(cell, out T value))
        {
            return false;
        }
        record.Set(column, value);
        return true;
    }

    private static bool TryVector<T>(EventRecord record, int column, ReadOnlySpan<byte> cell, ColumnType type)
        where T : unmanaged, INumber<T>, IMinMaxValue<T>
    {
        Span<T> elements = MemoryMarshal.Cast<byte, T>(record.Reserve(column, type.Width));
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
