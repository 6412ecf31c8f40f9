namespace Signals.Storage.Tables;

/// <summary>Every constant of a page of the directory, shared by writer and reader; see docs/formats/table.md.</summary>
internal static class DirectoryPageFormat
{
    /// <summary>Users of every page but the last.</summary>
    public const int Users = 128;

    /// <summary>Tables with no more users have the directory in one piece, which stays in memory.</summary>
    public const int MostUsersInOnePiece = 2 * Users;

    public const int Fields = 5;
    public const int High = 0, Low = 1, Row = 2, Newest = 3, Span = 4;

    public const int WidthsAt = 2;
    public const int HighBaseAt = 8;
    public const int LowBaseAt = 16;
    public const int NewestBaseAt = 24;
    public const int HeaderLength = 32;

    /// <summary>Bits of the widest field, and of the widest row number.</summary>
    public const int MaxWidth = 64, MaxRowWidth = 31;

    /// <summary>A page is no longer than this, checksum included.</summary>
    public const int MaxLength = HeaderLength + (Users * ((4 * MaxWidth) + MaxRowWidth) / 8) + 1 + TableFormat.ChecksumLength;

    /// <summary>Bytes of the index before its entries, and of an entry: first user, rows, length.</summary>
    public const int IndexHeaderLength = 8, IndexEntryLength = 24;

    /// <summary>Bytes of a page without its checksum.</summary>
    public static int LengthOf(int users, int bitsPerUser) => HeaderLength + (((users * bitsPerUser) + 7) / 8);
}
