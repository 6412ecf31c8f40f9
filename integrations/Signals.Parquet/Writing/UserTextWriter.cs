using ParquetSharp;

namespace Signals.Parquet.Writing;

/// <summary>The canonical text of each user. Rows of one user point to the same text.</summary>
internal sealed class UserTextWriter : LeafWriter
{
    private const int MostTextBytes = 32;

    public override void Write(ColumnWriter writer, RowBlock rows, WriteScratch scratch)
    {
        ColumnWriter<ByteArray> texts = (ColumnWriter<ByteArray>)writer;
        scratch.Bytes.Reserve((long)WriteScratch.Most * MostTextBytes);
        Span<byte> bytes = scratch.Bytes.Span;
        ReadOnlySpan<UserId> users = rows.Users;
        for (int start = 0; start < users.Length; start += WriteScratch.Most)
        {
            ReadOnlySpan<UserId> part = users[start..Math.Min(start + WriteScratch.Most, users.Length)];
            int used = 0;
            ByteArray last = default;
            for (int row = 0; row < part.Length; row++)
            {
                if (row == 0 || part[row] != part[row - 1])
                {
                    int length = Format(part[row], bytes[used..]);
                    last = new ByteArray(scratch.Bytes.Address + used, length);
                    used += length;
                }

                scratch.Slices[row] = last;
            }

            texts.WriteBatch(scratch.Slices.AsSpan(0, part.Length));
        }
    }

    private static int Format(UserId user, Span<byte> text)
    {
        int length;
        if (user.High == 0)
        {
            user.Low.TryFormat(text, out length, default, System.Globalization.CultureInfo.InvariantCulture);
            return length;
        }

        // The public text is the one form there is; both halves are padded to 16 digits.
        user.High.TryFormat(text, out length, "x16", System.Globalization.CultureInfo.InvariantCulture);
        user.Low.TryFormat(text[length..], out int second, "x16", System.Globalization.CultureInfo.InvariantCulture);
        return length + second;
    }
}
