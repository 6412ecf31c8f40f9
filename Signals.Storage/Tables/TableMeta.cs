using MessagePack;
using Signals.Core.Model;

namespace Signals.Storage.Tables;

/// <summary>
/// What the manifest records about a table: enough to open it and to recognize a wrong, shortened or replaced file. A table is a
/// file of its own, or a part of a segment file that several tables of a manifest may share. Immutable.
/// </summary>
internal sealed record TableMeta
{
    private const int FieldCount = 19;

    /// <summary>
    /// The number of the table. When the table is a file of its own, the number is also part of its name and of every checksum in
    /// it.
    /// </summary>
    public required ulong Number { get; init; }

    /// <summary>Id of the event type of all rows.</summary>
    public required ushort EventType { get; init; }

    /// <summary>
    /// The start of the window of the oldest row, in ms since the epoch. The rows may lie in that window and in any number of
    /// later ones.
    /// </summary>
    public required long WindowStart { get; init; }

    /// <summary>The oldest event time.</summary>
    public required long MinTime { get; init; }

    /// <summary>The newest event time.</summary>
    public required long MaxTime { get; init; }

    /// <summary>The number of rows, 1 to 2^31 - 1.</summary>
    public required long Rows { get; init; }

    /// <summary>The number of distinct users.</summary>
    public required int Users { get; init; }

    /// <summary>Bytes of the table.</summary>
    public required long FileLength { get; init; }

    /// <summary>
    /// The checksum of the tail. It covers the footer, and through the section checksums in the footer every byte of the table.
    /// </summary>
    public required uint FileChecksum { get; init; }

    /// <summary>What the rows are.</summary>
    public RunKind Kind { get; init; }

    /// <summary>The stamp of every insertion and cell that has no individual stamp.</summary>
    public Stamp Stamp { get; init; } = Stamp.Streamed;

    /// <summary>Properties that some rows have.</summary>
    public RowTraits Traits { get; init; }

    /// <summary>The newest event time of an inserted row; <see cref="long.MinValue"/> when no row was inserted.</summary>
    public required long NewestInserted { get; init; }

    /// <summary>The number of the segment file that contains the table; 0 when the table is a file of its own.</summary>
    public ulong SegmentFile { get; init; }

    /// <summary>The offset of the table in the segment file.</summary>
    public long SegmentOffset { get; init; }

    /// <summary>The number that every checksum of a part of a segment includes; 0 when the table is a file of its own.</summary>
    public ulong PartIdentity { get; init; }

    /// <summary>
    /// The time when the rows were imported, in ms since the epoch; 0 for a table that the store wrote. From that time on orphans
    /// are kept for the grace period.
    /// </summary>
    public long ImportedMs { get; init; }

    /// <summary>
    /// Column files, which hold newer cells of some columns. When two of them have a column, the later one counts.
    /// </summary>
    public IReadOnlyList<ColumnFileMeta> ColumnFiles { get; init; } = [];

    /// <summary>Bytes of the table and its column files.</summary>
    public long TotalLength => FileLength + ColumnFiles.Sum(file => file.FileLength);

    /// <summary>
    /// The ids of the columns of a part of a segment, in its order; null for a file of its own, which has the first columns of
    /// the event type.
    /// </summary>
    public IReadOnlyList<ushort>? ColumnIds { get; init; }

    /// <summary>Whether the time ranges of the two tables overlap.</summary>
    public bool MeetsInTime(TableMeta other) => MinTime <= other.MaxTime && other.MinTime <= MaxTime;

    /// <summary>Writes a MessagePack array. Later versions append fields.</summary>
    public void Write(ref MessagePackWriter writer)
    {
        writer.WriteArrayHeader(FieldCount);
        writer.Write(Number);
        writer.Write(EventType);
        writer.Write(WindowStart);
        writer.Write(MinTime);
        writer.Write(MaxTime);
        writer.Write(Rows);
        writer.Write(Users);
        writer.Write(FileLength);
        writer.Write(FileChecksum);
        writer.Write((byte)Kind);
        writer.Write(Stamp.Value);
        writer.Write((byte)Traits);
        writer.Write(NewestInserted);
        writer.Write(SegmentFile);
        writer.Write(SegmentOffset);
        writer.Write(PartIdentity);
        writer.Write(ImportedMs);
        WriteColumnFiles(ref writer);
        WriteColumnIds(ref writer);
    }

    /// <summary>Reads what <see cref="Write"/> wrote. Fields that a later version appended are skipped.</summary>
    /// <exception cref="MessagePackSerializationException">The bytes are not the metadata of a table.</exception>
    public static TableMeta Read(ref MessagePackReader reader)
    {
        int fields = reader.ReadArrayHeader();
        if (fields < FieldCount)
        {
            throw new MessagePackSerializationException($"Table metadata has {fields} fields, expected at least {FieldCount}.");
        }

        TableMeta meta = new()
        {
            Number = reader.ReadUInt64(),
            EventType = reader.ReadUInt16(),
            WindowStart = reader.ReadInt64(),
            MinTime = reader.ReadInt64(),
            MaxTime = reader.ReadInt64(),
            Rows = reader.ReadInt64(),
            Users = reader.ReadInt32(),
            FileLength = reader.ReadInt64(),
            FileChecksum = reader.ReadUInt32(),
            Kind = (RunKind)reader.ReadByte(),
            Stamp = new Stamp(reader.ReadUInt64()),
            Traits = (RowTraits)reader.ReadByte(),
            NewestInserted = reader.ReadInt64(),
            SegmentFile = reader.ReadUInt64(),
            SegmentOffset = reader.ReadInt64(),
            PartIdentity = reader.ReadUInt64(),
            ImportedMs = reader.ReadInt64(),
            ColumnFiles = ReadColumnFiles(ref reader),
            ColumnIds = ReadColumnIds(ref reader),
        };
        for (int i = FieldCount; i < fields; i++)
        {
            reader.Skip();
        }

        return meta;
    }

    private void WriteColumnIds(ref MessagePackWriter writer)
    {
        if (ColumnIds is null)
        {
            writer.WriteNil();
            return;
        }

        writer.WriteArrayHeader(ColumnIds.Count);
        foreach (ushort id in ColumnIds)
        {
            writer.Write(id);
        }
    }

    private static List<ushort>? ReadColumnIds(ref MessagePackReader reader)
    {
        if (reader.TryReadNil())
        {
            return null;
        }

        List<ushort> ids = [];
        for (int left = reader.ReadArrayHeader(); left > 0; left--)
        {
            ushort id = reader.ReadUInt16();
            ids.Add(ids.Contains(id) ? throw new MessagePackSerializationException($"Table metadata lists column {id} twice.") : id);
        }

        return ids;
    }

    private void WriteColumnFiles(ref MessagePackWriter writer)
    {
        writer.WriteArrayHeader(ColumnFiles.Count);
        foreach (ColumnFileMeta file in ColumnFiles)
        {
            file.Write(ref writer);
        }
    }

    // The reader refuses a count above the number of bytes left, and the list grows only with the files that are really read.
    private static ColumnFileMeta[] ReadColumnFiles(ref MessagePackReader reader)
    {
        List<ColumnFileMeta> files = [];
        for (int count = reader.ReadArrayHeader(); count > 0; count--)
        {
            files.Add(ColumnFileMeta.Read(ref reader));
        }

        return files.Count == 0 ? [] : [.. files];
    }
}
