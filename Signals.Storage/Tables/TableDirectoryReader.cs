using System.Buffers.Binary;
using System.Numerics;
using Signals.Core.Columns;
using Signals.Core.Model;

namespace Signals.Storage.Tables;

/// <summary>
/// Opens a directory, in one piece or in pages, and refuses one that contradicts itself or the footer. Thread contract: any
/// thread; stateless.
/// </summary>
internal static class TableDirectoryReader
{
    private const int Batch = DirectoryPageFormat.Users;
    private const int KeyChunks = 5;

    /// <summary>Reads the directory, or the index of its pages.</summary>
    /// <param name="file">The table file.</param>
    /// <param name="footer">The footer of the table.</param>
    /// <param name="cache">Bounds the pages in memory.</param>
    /// <param name="memory">The memory of the open table; null for arrays.</param>
    /// <exception cref="CorruptionException">Users are out of order, or counts or times do not match the footer.</exception>
    public static TableDirectory Read(TableFile file, TableFooter footer, BlockCache cache, OwnedMemory? memory)
    {
        using OwnedMemory passing = new();
        ReadOnlySpan<byte> section = file.ReadSection(footer.Section(TableFormat.DirectorySection), passing);
        return footer.HasDirectoryPages
            ? new TableDirectory(
                file,
                footer,
                DirectoryPageReader.ReadIndex(file, footer, section),
                UserFilterReader.ReadIfRoom(file, footer, cache, memory),
                cache,
                memory)
            : Parse(file, footer, section);
    }

    // The checksum of the section was verified before.
    private static TableDirectory Parse(TableFile file, TableFooter footer, ReadOnlySpan<byte> bytes)
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

    private static TableDirectory Parse(TableFooter footer, ReadOnlySpan<byte> bytes)
    {
        uint users = bytes.Length < sizeof(uint) ? 0 : BinaryPrimitives.ReadUInt32LittleEndian(bytes);
        // Distinct users differ in High or Low, so each takes at least log2(users) bits.
        if (users != footer.Users || (users > 1 && (long)users * BitOperations.Log2(users) > 8L * bytes.Length))
        {
            throw new InvalidDataException(
                $"the directory has {users} users in {bytes.Length} bytes; the footer says {footer.Users} users");
        }

        Span<Range> chunks = stackalloc Range[KeyChunks];
        SplitChunks(bytes, (int)users, chunks);
        DirectoryPage[] pages = new DirectoryPage[(users + Batch - 1) / Batch];
        int[] firstRows = new int[pages.Length + 1];
        DirectoryEntry[] entries = new DirectoryEntry[Batch];
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
                    throw new InvalidDataException(
                        $"the entry of user {user} is not valid: {counts[i]} rows from {oldest[i]} to {newest[i]}");
                }

                entries[i] = new DirectoryEntry(user, (int)counts[i], newest[i], oldest[i]);
                row += counts[i];
                previous = user;
            }

            int page = first / Batch;
            firstRows[page + 1] = (int)row;
            pages[page] = DirectoryPage.Open(
                DirectoryPageEncoder.Encode(entries.AsSpan(0, batch)),
                batch,
                entries[0].User,
                firstRows[page],
                (int)row,
                new EventTimeRange(footer.MinTime, footer.MaxTime));
        }

        return row == footer.Rows
            ? new TableDirectory((int)users, new DirectoryPages([.. pages.Select(page => page.User(0))], firstRows, []), pages)
            : throw new InvalidDataException($"the users of the directory have {row} rows; the footer says {footer.Rows}");
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
                throw new InvalidDataException($"directory chunk {i} has {length} bytes and ends after its section");
            }

            chunks[i] = at..(at + (int)length);
            at += (int)length;
            ColumnChunk.Validate(i < 2 ? ColumnType.Scalar<ulong>() : ColumnType.Scalar<long>(), bytes[chunks[i]], users);
        }

        if (at != bytes.Length)
        {
            throw new InvalidDataException($"{bytes.Length - at} bytes follow the last directory chunk");
        }
    }

    private static ColumnChunk Open<T>(ReadOnlySpan<byte> bytes, Range chunk, int users)
        where T : unmanaged => ColumnChunk.Open(ColumnType.Scalar<T>(), bytes[chunk], users);
}
