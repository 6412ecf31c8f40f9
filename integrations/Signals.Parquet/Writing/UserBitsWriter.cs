using System.Buffers.Binary;
using ParquetSharp;

namespace Signals.Parquet.Writing;

/// <summary>The 128 bits of each user, the most significant byte first, so that bytes sort as users do.</summary>
internal sealed class UserBitsWriter : LeafWriter
{
    private const int Width = 16;

    public override void Write(ColumnWriter writer, RowBlock rows, WriteScratch scratch)
    {
        ColumnWriter<FixedLenByteArray> bits = (ColumnWriter<FixedLenByteArray>)writer;
        scratch.Bytes.Reserve((long)WriteScratch.Most * Width);
        Span<byte> bytes = scratch.Bytes.Span;
        ReadOnlySpan<UserId> users = rows.Users;
        for (int start = 0; start < users.Length; start += WriteScratch.Most)
        {
            ReadOnlySpan<UserId> part = users[start..Math.Min(start + WriteScratch.Most, users.Length)];
            int used = 0;
            for (int row = 0; row < part.Length; row++)
            {
                if (row == 0 || part[row] != part[row - 1])
                {
                    BinaryPrimitives.WriteUInt64BigEndian(bytes[used..], part[row].High);
                    BinaryPrimitives.WriteUInt64BigEndian(bytes[(used + sizeof(ulong))..], part[row].Low);
                    used += Width;
                }

                scratch.Places[row] = new FixedLenByteArray(scratch.Bytes.Address + used - Width);
            }

            bits.WriteBatch(scratch.Places.AsSpan(0, part.Length));
        }
    }
}
