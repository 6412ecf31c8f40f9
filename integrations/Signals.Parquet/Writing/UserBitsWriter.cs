using System.Buffers.Binary;
using ParquetSharp;

namespace Signals.Parquet.Writing;

/// <summary>The 128 bits of each user, the most significant byte first, so that bytes sort as users do.</summary>
internal sealed class UserBitsWriter : UserWriter<FixedLenByteArray>
{
    protected override int MostBytes => 16;

    protected override FixedLenByteArray[] PlacesOf(WriteScratch scratch) => scratch.Places;

    protected override FixedLenByteArray At(nint address, int length) => new(address);

    protected override int Format(in UserId user, Span<byte> bytes)
    {
        BinaryPrimitives.WriteUInt64BigEndian(bytes, user.High);
        BinaryPrimitives.WriteUInt64BigEndian(bytes[sizeof(ulong)..], user.Low);
        return MostBytes;
    }
}
