using System.Globalization;
using System.Numerics;
using System.Runtime.InteropServices;
using System.Text;

namespace Signals.Samples.ConsoleHost.Reporting;

/// <summary>Shows a column's value as short text. Pure.</summary>
internal static class ValueText
{
    private const int MaxText = 24;
    private const int MaxElements = 3;

    /// <summary>The value, or a dash for absent and "null" for null.</summary>
    public static string Format(ColumnType type, ColumnState state, ReadOnlySpan<byte> value) => state switch
    {
        ColumnState.Absent => "-",
        ColumnState.Null => "null",
        _ => type.Kind switch
        {
            ColumnKind.Boolean => value[0] == 0 ? "false" : "true",
            ColumnKind.Int8 => Number<sbyte>(value),
            ColumnKind.UInt8 => Number<byte>(value),
            ColumnKind.Int16 => Number<short>(value),
            ColumnKind.UInt16 => Number<ushort>(value),
            ColumnKind.Int32 => Number<int>(value),
            ColumnKind.UInt32 => Number<uint>(value),
            ColumnKind.Int64 => Number<long>(value),
            ColumnKind.UInt64 => Number<ulong>(value),
            ColumnKind.Float16 => Number<Half>(value),
            ColumnKind.Float32 => Number<float>(value),
            ColumnKind.Float64 => Number<double>(value),
            ColumnKind.Text => Shorten(Encoding.UTF8.GetString(value)),
            ColumnKind.VectorInt8 => Vector<sbyte>(value),
            ColumnKind.VectorFloat16 => Vector<Half>(value),
            ColumnKind.VectorFloat32 => Vector<float>(value),
            _ => Shorten(Convert.ToHexString(value)),
        },
    };

    private static string Number<T>(ReadOnlySpan<byte> value)
        where T : unmanaged, INumber<T> => MemoryMarshal.Read<T>(value).ToString(null, CultureInfo.InvariantCulture);

    private static string Vector<T>(ReadOnlySpan<byte> value)
        where T : unmanaged, INumber<T>
    {
        ReadOnlySpan<T> elements = MemoryMarshal.Cast<byte, T>(value);
        StringBuilder text = new("[");
        foreach (T element in elements[..Math.Min(elements.Length, MaxElements)])
        {
            text.Append(text.Length > 1 ? " " : "").Append(element.ToString("0.##", CultureInfo.InvariantCulture));
        }
        return text.Append(elements.Length > MaxElements ? " ...]" : "]").ToString();
    }

    private static string Shorten(string text)
    {
        string line = text.ReplaceLineEndings(" ");
        return line.Length <= MaxText ? line : string.Concat(line.AsSpan(0, MaxText - 3), "...");
    }
}
