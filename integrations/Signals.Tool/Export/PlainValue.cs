using System.Runtime.InteropServices;
using System.Text.Unicode;

namespace Signals.Tool.Export;

/// <summary>
/// Decides which values text can represent: all except text that is not UTF-8, and NaNs with other bits than the usual NaN.
/// Exports write the bytes of those values instead. Pure.
/// </summary>
internal static class PlainValue
{
    public static bool Is(ColumnType type, ReadOnlySpan<byte> bytes) => type.Kind switch
    {
        ColumnKind.Text => Utf8.IsValid(bytes),
        ColumnKind.Float16 or ColumnKind.VectorFloat16 =>
            AllUsual(MemoryMarshal.Cast<byte, Half>(bytes), static v => Half.IsNaN(v), Half.NaN),
        ColumnKind.Float32 or ColumnKind.VectorFloat32 =>
            AllUsual(MemoryMarshal.Cast<byte, float>(bytes), static v => float.IsNaN(v), float.NaN),
        ColumnKind.Float64 => AllUsual(MemoryMarshal.Cast<byte, double>(bytes), static v => double.IsNaN(v), double.NaN),
        _ => true,
    };

    private static bool AllUsual<T>(ReadOnlySpan<T> values, Func<T, bool> isNaN, T usual)
        where T : unmanaged
    {
        ReadOnlySpan<byte> expected = MemoryMarshal.AsBytes(new ReadOnlySpan<T>(in usual));
        foreach (ref readonly T value in values)
        {
            if (isNaN(value) && !MemoryMarshal.AsBytes(new ReadOnlySpan<T>(in value)).SequenceEqual(expected))
            {
                return false;
            }
        }

        return true;
    }
}
