using MessagePack;
using Signals.Core.Model;

namespace Signals.Storage.Tables;

/// <summary>
/// What the manifest knows of a table, enough to open it and to tell a wrong, shortened or replaced file. Immutable.
/// A table is a file of its own, or a part of a segment file that several tables of a manifest may share.
/// </summary>
internal sealed record TableMeta
{
    private const int FieldCount = 19;

    /// <summary>The table's number; of a file of its own also part of its name and of every checksum in it.</summary>
    public required ulong Number { get; init; }

    /// <summary>Id of the event type of all rows.</summary>
    public required ushort EventType { get; init; }

    /// <summary>Start of the window of the oldest row, ms since the epoch. The rows may lie in that window and any number of later ones.</summary>
    public required long WindowStart { get; init; }

    /// <summary>Oldest event time.</summary>
    public required long MinTime { get; init; }

    /// <summary>Newest event time.</summary>
    public required long MaxTime { get; init; }

    /// <summary>Rows, 1 to 2^31 - 1.</summary>
    public required long Rows { get; init; }

    /// <summary>Distinct users.</summary>
    public required int Users { get; init; }

    /// <summary>Bytes of the table.</summary>
    public required long FileLength { get; init; }

    /// <summary>The tail's checksum: covers the footer, and through the section checksums in it every byte of the file.</summary>
    public required uint FileChecksum { get; init; }

    /// <summary>What the rows are.</summary>
    public RunKind Kind { get; init; }

    /// <summary>The stamp of every insertion and cell that has none of its own.</summary>
    public Stamp Stamp { get; init; } = Stamp.Streamed;

    /// <summary>What some rows are.</summary>
    public RowTraits Traits { get; init; }

    /// <summary>Newest event time of a row that was inserted; <see cref="long.MinValue"/> when none was.</summary>
    public required long NewestInserted { get; init; }

    /// <summary>Number of the segment file that the table is a part of; 0 for a file of its own.</summary>
    public ulong SegmentFile { get; init; }

    /// <summary>Where the part starts in the segment file.</summary>
    public long SegmentOffset { get; init; }

    /// <summary>What every checksum of a part is bound to; 0 for a file of its own.</summary>
    public ulong PartIdentity { get; init; }

    /// <summary>When the rows were imported, ms since the epoch; 0 for what the store wrote. Orphans are kept for a while from then on.</summary>
    public long ImportedMs { get; init; }

    /// <summary>Files that hold newer cells of some columns; where two have a column, the later one holds it.</summary>
    public IReadOnlyList<ColumnFileMeta> ColumnFiles { get; init; } = [];

    /// <summary>Bytes of the table and its column files.</summary>
    public long TotalLength => FileLength + ColumnFiles.Sum(file => file.FileLength);

    /// <summary>The ids of a part's columns, in its order; null for a file of its own, whose columns are the type's first.</summary>
    public IReadOnlyList<ushort>? ColumnIds { get; init; }

    /// <summary>Whether rows of both may be of the same time.</summary>
    public bool MeetsInTime(TableMeta other) => MinTime <= other.MaxTime && other.MinTime <= MaxTime;

    /// <summary>Writes a MessagePack array; later versions append fields.</summary>
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

    /// <summary>Reads what <see cref="Write"/> wrote; fields appended by a later version are skipped.</summary>
    /// <exception cref="MessagePackSerializationException">The bytes are not a table's metadata.</exception>
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
            ids.Add(ids.Contains(id) ? throw new MessagePackSerializationException($"A table has column {id} twice.") : id);
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

    // The reader refuses a count above the bytes left, and the list grows only as files really arrive.
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
