namespace Signals.Core.Ingest;

/// <summary>Offsets and limits of a batch record, shared by writer and reader; see docs/formats/batch-record.md.</summary>
internal static class BatchRecordFormat
{
    /// <summary>The version whose cells are of the first type of their column.</summary>
    public const byte Version = 1;

    /// <summary>The version in which a chunk of a widened column says of which type its cells are.</summary>
    public const byte WidenedVersion = 2;

    /// <summary>Offset of the u32 row count.</summary>
    public const int RowsOffset = RecordFormat.HeaderLength;

    /// <summary>Offset of the u16 column count.</summary>
    public const int ColumnCountOffset = RowsOffset + sizeof(uint);

    /// <summary>Offset of a u16 that is always 0.</summary>
    public const int ReservedOffset = ColumnCountOffset + sizeof(ushort);

    /// <summary>Offset of the u32 ends of the sections. Ends are counted from the start of the first section.</summary>
    public const int EndsOffset = ReservedOffset + sizeof(ushort);

    /// <summary>Section of the high halves of the users.</summary>
    public const int UsersHighSection = 0;

    /// <summary>Section of the low halves of the users.</summary>
    public const int UsersLowSection = 1;

    /// <summary>Section of the event times.</summary>
    public const int TimesSection = 2;

    /// <summary>Section of the event ids.</summary>
    public const int IdsSection = 3;

    /// <summary>Section of column 0; the other columns follow.</summary>
    public const int FirstColumnSection = 4;

    /// <summary>
    /// The largest number of rows of a record. Without this limit a few damaged bytes could ask for any amount of memory.
    /// </summary>
    public const int MaxRows = 1 << 20;

    /// <summary>Offset of the first section.</summary>
    public static int SectionsOffset(int columns) => EndsOffset + ((FirstColumnSection + columns) * sizeof(uint));
}
