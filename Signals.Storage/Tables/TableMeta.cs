using MessagePack;

namespace Signals.Storage.Tables;

/// <summary>
/// What the manifest knows of a table file, enough to open it and to tell a wrong, shortened or replaced file. Immutable.
/// </summary>
internal sealed record TableMeta
{
    private const int FieldCount = 9;

    /// <summary>The file's number; part of its name and of every checksum in it.</summary>
    public required ulong Number { get; init; }

    /// <summary>Id of the event type of all rows.</summary>
    public required ushort EventType { get; init; }

    /// <summary>Start of the time window, ms since the epoch; rows lie in [start, start + window).</summary>
    public required long WindowStart { get; init; }

    /// <summary>Oldest event time.</summary>
    public required long MinTime { get; init; }

    /// <summary>Newest event time.</summary>
    public required long MaxTime { get; init; }

    /// <summary>Rows, 1 to 2^31 - 1.</summary>
    public required long Rows { get; init; }

    /// <summary>Distinct users.</summary>
    public required int Users { get; init; }

    /// <summary>Bytes of the file.</summary>
    public required long FileLength { get; init; }

    /// <summary>The tail's checksum: covers the footer, and through the section checksums in it every byte of the file.</summary>
    public required uint FileChecksum { get; init; }

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
        };
        for (int i = FieldCount; i < fields; i++)
        {
            reader.Skip();
        }

        return meta;
    }
}
