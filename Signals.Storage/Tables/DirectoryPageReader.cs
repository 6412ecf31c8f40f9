using System.Buffers.Binary;
using Signals.Core.Model;
using Signals.Storage.Primitives;

namespace Signals.Storage.Tables;

/// <summary>
/// Reads a directory that is stored in pages: its index, which stays in memory, and single pages. Thread contract: any thread;
/// stateless.
/// </summary>
internal static class DirectoryPageReader
{
    /// <summary>Parses the index section. Its checksum was verified before.</summary>
    /// <exception cref="CorruptionException">The index contradicts itself or the footer.</exception>
    public static DirectoryPages ReadIndex(TableFile file, TableFooter footer, ReadOnlySpan<byte> bytes)
    {
        TableSection section = footer.Section(TableFormat.DirectorySection);
        TableSection data = footer.Section(TableFormat.DirectoryPagesSection);
        int pages = (int)((footer.Users + (long)DirectoryPageFormat.Users - 1) / DirectoryPageFormat.Users);
        if (bytes.Length != DirectoryPageFormat.IndexHeaderLength + ((long)pages * DirectoryPageFormat.IndexEntryLength)
            || BinaryPrimitives.ReadUInt32LittleEndian(bytes) != footer.Users
            || BinaryPrimitives.ReadUInt32LittleEndian(bytes[4..]) != DirectoryPageFormat.Users)
        {
            throw file.Corrupt(section.Offset, $"the directory index of {bytes.Length} bytes does not fit {footer.Users} users");
        }

        UserId[] users = new UserId[pages];
        int[] rows = new int[pages + 1];
        long[] offsets = new long[pages + 1];
        offsets[0] = data.Offset;
        ReadOnlySpan<byte> entry = bytes[DirectoryPageFormat.IndexHeaderLength..];
        for (int page = 0; page < pages; page++, entry = entry[DirectoryPageFormat.IndexEntryLength..])
        {
            users[page] = new UserId(BinaryPrimitives.ReadUInt64LittleEndian(entry), BinaryPrimitives.ReadUInt64LittleEndian(entry[8..]));
            uint count = BinaryPrimitives.ReadUInt32LittleEndian(entry[16..]);
            uint length = BinaryPrimitives.ReadUInt32LittleEndian(entry[20..]);
            if ((page > 0 && users[page] <= users[page - 1]) || count > footer.Rows - rows[page]
                || length is < DirectoryPageFormat.HeaderLength + TableFormat.ChecksumLength or > DirectoryPageFormat.MaxLength)
            {
                throw file.Corrupt(
                    section.Offset,
                    $"the entry of directory page {page} is not valid: it begins with user {users[page]} and has {count} rows in "
                    + $"{length} bytes");
            }

            rows[page + 1] = rows[page] + (int)count;
            offsets[page + 1] = offsets[page] + length;
        }

        return rows[pages] == footer.Rows && offsets[pages] == data.Offset + data.Length
            ? new DirectoryPages(users, rows, offsets)
            : throw file.Corrupt(
                section.Offset,
                $"the directory pages hold {rows[pages]} rows and end at {offsets[pages]}; the footer says {footer.Rows} rows "
                + $"and the end {data.Offset + data.Length}");
    }

    /// <summary>Opens a page.</summary>
    /// <param name="file">The table file.</param>
    /// <param name="footer">The footer of the table.</param>
    /// <param name="index">The index of all pages.</param>
    /// <param name="page">The number of the page.</param>
    /// <param name="bytes">The bytes of the page, with the checksum.</param>
    /// <param name="data">The memory of the page; null for an array of its own.</param>
    /// <exception cref="CorruptionException">The bytes are damaged.</exception>
    public static DirectoryPage Open(
        TableFile file, TableFooter footer, DirectoryPages index, int page, ReadOnlySpan<byte> bytes, FixedMemory<byte>? data = null)
    {
        long offset = index.Offset(page);
        ReadOnlySpan<byte> content = bytes[..^TableFormat.ChecksumLength];
        if (!PlantedBugs.Has(PlantedBugs.PageWithoutChecksum))
        {
            file.RequireChecksum(offset, content, BinaryPrimitives.ReadUInt32LittleEndian(bytes[^TableFormat.ChecksumLength..]));
        }

        int users = page + 1 < index.Count ? DirectoryPageFormat.Users : footer.Users - (page * DirectoryPageFormat.Users);
        try
        {
            return DirectoryPage.Open(
                content, users, index.FirstUser(page), index.FirstRow(page), index.FirstRow(page + 1),
                new EventTimeRange(footer.MinTime, footer.MaxTime), data);
        }
        catch (InvalidDataException damage)
        {
            throw file.Corrupt(offset, damage.Message, damage);
        }
    }
}
