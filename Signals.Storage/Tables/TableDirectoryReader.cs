using System.Buffers.Binary;
using System.Numerics;
using Signals.Core.Columns;
using Signals.Core.Model;

namespace Signals.Storage.Tables;

/// <summary>Builds the resident directory from its section and refuses one that contradicts itself or the footer. Stateless.</summary>
internal static class TableDirectoryReader
{
    private const int Batch = 512;
    private const int KeyChunks = 5;

    /// <summary>Reads the directory section; its checksum was verified.</summary>
    /// <exception cref="CorruptionException">Users out of order, counts or times that do not add up.</exception>
    public static TableDirectory Parse(TableFile file, TableFooter footer, byte[] bytes)
    {
        TableSection section = footer.Section(TableFormat.DirectorySection);
        try
        {
            return Parse(footer, bytes);
        }
        catch (InvalidDataException damage)
        {
            throw file.Corrupt(section.Offset, damage.Message, damage);
        }
    }

    private static TableDirectory Parse(TableFooter footer, byte[] bytes)
    {
        uint users = bytes.Length < sizeof(uint) ? 0 : BinaryPrimitives.ReadUInt32LittleEndian(bytes);
        // Distinct users differ in High or Low, which takes the logarithm of their number in bits each.
        if (users != footer.Users || (users > 1 && (long)users * BitOperations.Log2(users) > 8L * bytes.Length))
        {
            throw new InvalidDataException($"a directory of {bytes.Length} bytes with {users} users, the footer says {footer.Users}");
        }

        Span<Range> chunks = stackalloc Range[KeyChunks];
        SplitChunks(bytes, (int)users, chunks);
        TableDirectory directory = new((int)users, footer.MinTime, footer.MaxTime);
        Span<ulong> high = stackalloc ulong[Batch];
        Span<ulong> low = stackalloc ulong[Batch];
        Span<long> counts = stackalloc long[Batch];
        Span<long> newest = stackalloc long[Batch];
        Span<long> oldest = stackalloc long[Batch];
        UserId previous = default;
        long row = 0;
        for (int first = 0; first < users; first += Batch)
        {
            int batch = Math.Min(Batch, (int)users - first);
            Open<ulong>(bytes, chunks[0], (int)users).CopyULongs(first, batch, high);
            Open<ulong>(bytes, chunks[1], (int)users).CopyULongs(first, batch, low);
            Open<long>(bytes, chunks[2], (int)users).CopyLongs(first, batch, counts);
            Open<long>(bytes, chunks[3], (int)users).CopyLongs(first, batch, newest);
            Open<long>(bytes, chunks[4], (int)users).CopyLongs(first, batch, oldest);
            for (int i = 0; i < batch; i++)
            {
                UserId user = new(high[i], low[i]);
                if (counts[i] < 1 || counts[i] > footer.Rows - row || (first + i > 0 && user <= previous)
                    || oldest[i] < footer.MinTime || newest[i] > footer.MaxTime || newest[i] < oldest[i])
                {
                    throw new InvalidDataException($"user {user} with {counts[i]} rows from {oldest[i]} to {newest[i]} cannot be");
                }

                directory.Set(first + i, user, (int)row, (int)counts[i], newest[i], oldest[i]);
                row += counts[i];
                previous = user;
            }
        }

        return row == footer.Rows
            ? directory
            : throw new InvalidDataException($"the users have {row} rows, the footer says {footer.Rows}");
    }

    private static void SplitChunks(ReadOnlySpan<byte> bytes, int users, Span<Range> chunks)
    {
        int at = sizeof(uint);
        for (int i = 0; i < KeyChunks; i++)
        {
            uint length = bytes.Length - at < sizeof(uint) ? uint.MaxValue : BinaryPrimitives.ReadUInt32LittleEndian(bytes[at..]);
            at += sizeof(uint);
            if (length > (uint)Math.Max(0, bytes.Length - at))
            {
                throw new InvalidDataException($"directory chunk {i} of {length} bytes ends behind its section");
            }

            chunks[i] = at..(at + (int)length);
            at += (int)length;
            ColumnChunk.Validate(i < 2 ? ColumnType.Scalar<ulong>() : ColumnType.Scalar<long>(), bytes[chunks[i]], users);
        }

        if (at != bytes.Length)
        {
            throw new InvalidDataException($"{bytes.Length - at} bytes behind the last directory chunk");
        }
    }

    private static ColumnChunk Open<T>(byte[] bytes, Range chunk, int users)
        where T : unmanaged => ColumnChunk.Open(ColumnType.Scalar<T>(), bytes.AsSpan(chunk), users);
}
