using System.Runtime.CompilerServices;

namespace Signals.Parquet.Reading.Conversions;

/// <summary>A number of 64 bits as it is stored, with or without a sign.</summary>
internal readonly struct SameBits<T> : IConversion<long, T>
    where T : unmanaged
{
    public string Reason => "cannot be read";

    public bool TryConvert(long stored, out T value)
    {
        value = Unsafe.BitCast<long, T>(stored);
        return true;
    }
}
