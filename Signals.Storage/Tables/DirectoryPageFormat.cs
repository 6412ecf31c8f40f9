namespace Signals.Storage.Tables;

/// <summary>Every constant of a directory page, shared by writer and reader. Described in docs/formats/table.md.</summary>
internal static class DirectoryPageFormat
{
    /// <summary>Number of users of every page but the last.</summary>
    public const int Users = 128;

    /// <summary>A table with at most this many users stores the directory in one piece, which stays in memory.</summary>
    public const int MostUsersInOnePiece = 2 * Users;

    public const int Fields = 5;
    public const int High = 0, Low = 1, Row = 2, Newest = 3, Span = 4;

    public const int WidthsAt = 2;
    public const int HighBaseAt = 8;
    public const int LowBaseAt = 16;
    public const int NewestBaseAt = 24;
    public const int HeaderLength = 32;

    /// <summary>The most bits of a field, and of a row number.</summary>
    public const int MaxWidth = 64, MaxRowWidth = 31;

    /// <summary>The most bytes of a page, including its checksum.</summary>
    public const int MaxLength = HeaderLength + (Users * ((4 * MaxWidth) + MaxRowWidth) / 8) + 1 + TableFormat.ChecksumLength;

    /// <summary>Bytes of the index before its entries, and bytes of an entry: first user, rows, length.</summary>
    public const int IndexHeaderLength = 8, IndexEntryLength = 24;

    /// <summary>Bytes of a page without its checksum.</summary>
    public static int LengthOf(int users, int bitsPerUser) => HeaderLength + (((users * bitsPerUser) + 7) / 8);
}
