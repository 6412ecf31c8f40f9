using System.IO.Hashing;
using ParquetSharp;
using Signals.Parquet.Native;

namespace Signals.Parquet.Reading.Conversions;

/// <summary>An event id that is stored as text, bytes or a UUID: the XxHash64 of its bytes, with seed 0.</summary>
/// <param name="length">The bytes of an id of fixed length.</param>
internal readonly struct IdHash(int length) : IConversion<ByteArray, ulong>, IConversion<FixedLenByteArray, ulong>
{
    public string Reason => "is empty";

    public bool TryConvert(ByteArray stored, out ulong value)
    {
        value = XxHash64.HashToUInt64(NativeValues.Of(stored));
        return stored.Length > 0;
    }

    public bool TryConvert(FixedLenByteArray stored, out ulong value)
    {
        value = XxHash64.HashToUInt64(NativeValues.Of(stored, length));
        return true;
    }
}
