namespace Signals.Orleans.Wire;

/// <summary>
/// The constants of docs/formats/served-columns.md, shared by writer and reader: one served answer as one run of bytes. All numbers
/// are little-endian, and every section begins at a multiple of 8.
/// </summary>
internal static class ServedColumnsFormat
{
    public const uint Magic = 0x43564753; // "SGVC"
    public const ushort Version = 1;

    public const byte KindRows = 1;
    public const byte KindTensors = 2;

    public const int MagicAt = 0;
    public const int VersionAt = 4;
    public const int KindAt = 6;
    public const int RoleAt = 7;
    public const int PartitionAt = 8;
    public const int StatusAt = 12;
    public const int FlagsAt = 13;
    public const int PositionAt = 16;
    public const int LagMicrosecondsAt = 24;
    public const int LagRecordsAt = 32;
    public const int NowMsAt = 40;
    public const int RowsAt = 48;
    public const int ColumnsAt = 52;
    public const int TypesAt = 54;
    public const int LengthAt = 56;
    public const int HeaderBytes = 64;

    /// <summary>A lag that is not known.</summary>
    public const long Unknown = -1;

    /// <summary>All flags of <see cref="Serving.ServingStatus"/>.</summary>
    public const byte AllStatuses = 15;

    /// <summary>The flag of an answer that is complete as <see cref="ClusterAnswer.IsComplete"/> says.</summary>
    public const byte FlagComplete = 1;

    /// <summary>Of one event type: id (2), bytes of the name (2), zero (4), watermark (8), then the name.</summary>
    public const int TypeBytes = 16;

    /// <summary>Of one column: kind (1), zero (1), bytes of the name (2), dimensions (4), bytes of values (8), then the name.</summary>
    public const int ColumnBytes = 16;

    /// <summary>Of one tensor: element (1), zero (1), bytes of the name (2), rows (4), width (4), zero (4), then the name.</summary>
    public const int TensorBytes = 16;

    /// <summary>The most rows, users or places of a tensor; more is damage.</summary>
    public const int MaxRows = 1 << 24;

    /// <summary>The most bytes of an answer; a read that brings more is refused where it is served.</summary>
    public const int MaxBytes = 64 << 20;

    /// <summary>The length, rounded up to where the next section may begin.</summary>
    public static long Padded(long bytes) => (bytes + 7) & ~7L;
}
