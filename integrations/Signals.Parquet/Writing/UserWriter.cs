using ParquetSharp;

namespace Signals.Parquet.Writing;

/// <summary>The user of each row, in some form. Rows of one user that follow each other point to the same bytes.</summary>
/// <typeparam name="TStored">The physical type: a place of bytes.</typeparam>
internal abstract class UserWriter<TStored> : LeafWriter
    where TStored : unmanaged
{
    /// <summary>The most bytes of a user.</summary>
    protected abstract int MostBytes { get; }

    public sealed override void Write(ColumnWriter writer, RowBlock rows, WriteScratch scratch)
    {
        ColumnWriter<TStored> target = (ColumnWriter<TStored>)writer;
        scratch.Bytes.Reserve((long)WriteScratch.Most * MostBytes);
        Span<byte> bytes = scratch.Bytes.Span;
        TStored[] places = PlacesOf(scratch);
        ReadOnlySpan<UserId> users = rows.Users;
        for (int start = 0; start < users.Length; start += WriteScratch.Most)
        {
            ReadOnlySpan<UserId> part = users[start..Math.Min(start + WriteScratch.Most, users.Length)];
            int used = 0;
            TStored last = default;
            for (int row = 0; row < part.Length; row++)
            {
                if (row == 0 || part[row] != part[row - 1])
                {
                    int length = Format(part[row], bytes[used..]);
                    last = At(scratch.Bytes.Address + used, length);
                    used += length;
                }

                places[row] = last;
            }

            target.WriteBatch(places.AsSpan(0, part.Length));
        }
    }

    /// <summary>The room for places of bytes.</summary>
    protected abstract TStored[] PlacesOf(WriteScratch scratch);

    /// <summary>The place of some bytes.</summary>
    protected abstract TStored At(nint address, int length);

    /// <summary>Writes a user, and says in how many bytes.</summary>
    protected abstract int Format(in UserId user, Span<byte> bytes);
}
