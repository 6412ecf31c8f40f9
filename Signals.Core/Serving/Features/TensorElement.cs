using System.Runtime.InteropServices;
using Signals.Definitions;

namespace Signals.Core.Serving.Features;

/// <summary>The C# types of a tensor's elements. Pure.</summary>
internal static class TensorElement
{
    public static int Bytes(TensorType type) => type switch
    {
        TensorType.Float64 or TensorType.Int64 => 8,
        TensorType.Float32 or TensorType.Int32 => 4,
        TensorType.Float16 or TensorType.Int16 => 2,
        _ => 1,
    };

    public static bool Holds<T>(TensorType type)
        where T : unmanaged => type switch
        {
            TensorType.Float32 => typeof(T) == typeof(float),
            TensorType.Float16 => typeof(T) == typeof(Half),
            TensorType.Float64 => typeof(T) == typeof(double),
            TensorType.Int8 => typeof(T) == typeof(sbyte),
            TensorType.UInt8 => typeof(T) == typeof(byte),
            TensorType.Int16 => typeof(T) == typeof(short),
            TensorType.Int32 => typeof(T) == typeof(int),
            TensorType.Int64 => typeof(T) == typeof(long),
            _ => typeof(T) == typeof(bool),
        };

    /// <summary>Fills memory with elements of 1.</summary>
    public static void FillOnes(TensorType type, Span<byte> elements)
    {
        switch (type)
        {
            case TensorType.Float32: MemoryMarshal.Cast<byte, float>(elements).Fill(1); break;
            case TensorType.Float16: MemoryMarshal.Cast<byte, Half>(elements).Fill(Half.One); break;
            case TensorType.Float64: MemoryMarshal.Cast<byte, double>(elements).Fill(1); break;
            case TensorType.Int16: MemoryMarshal.Cast<byte, short>(elements).Fill(1); break;
            case TensorType.Int32: MemoryMarshal.Cast<byte, int>(elements).Fill(1); break;
            case TensorType.Int64: MemoryMarshal.Cast<byte, long>(elements).Fill(1); break;
            default: elements.Fill(1); break;
        }
    }
}
