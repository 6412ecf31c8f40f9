using System.Buffers.Binary;
using ParquetSharp;
using Signals.Parquet.Native;

namespace Signals.Parquet.Reading.Conversions;

/// <summary>A user that is stored as its 128 bits, or as a UUID: 16 bytes, the most significant first.</summary>
/// <param name="takesZero">Whether zero is a key; it is no user.</param>
internal readonly struct UserBits(bool takesZero) : IConversion<FixedLenByteArray, UserId>, IConversion<ByteArray, UserId>
{
    private const int Bytes = 16;

    public string Reason => "is not 16 bytes, or they are all zero";

    public bool TryConvert(FixedLenByteArray stored, out UserId value) => TryConvert(NativeValues.Of(stored, Bytes), out value);

    public bool TryConvert(ByteArray stored, out UserId value) => TryConvert(NativeValues.Of(stored), out value);

    private bool TryConvert(ReadOnlySpan<byte> bytes, out UserId value)
    {
        if (bytes.Length != Bytes)
        {
            value = default;
            return false;
        }

        value = new UserId(
            BinaryPrimitives.ReadUInt64BigEndian(bytes), BinaryPrimitives.ReadUInt64BigEndian(bytes[sizeof(ulong)..]));
        return takesZero || !value.IsNobody;
    }
}
