using MessagePack;
using Signals.Core.Schema;
using Signals.Storage.Segments;

namespace Signals.Storage.Versions;

/// <summary>What the manifest remembers of an imported segment, also when nothing of its rows is left. Immutable.</summary>
internal sealed record ImportedSegment
{
    private const int FieldCount = 12;

    /// <summary>The hash of its content: the same content is imported once.</summary>
    public required UInt128 ContentId { get; init; }

    /// <summary>Id of the event type.</summary>
    public required ushort EventType { get; init; }

    /// <summary>Who made it.</summary>
    public required string Source { get; init; }

    /// <summary>Its generation.</summary>
    public required long Generation { get; init; }

    /// <summary>Its source rank.</summary>
    public required ushort SourceRank { get; init; }

    /// <summary>Rows of events.</summary>
    public required long Events { get; init; }

    /// <summary>Rows of patches.</summary>
    public required long Patches { get; init; }

    /// <summary>Bytes of its file.</summary>
    public required long FileBytes { get; init; }

    /// <summary>When it was imported, ms since the epoch.</summary>
    public required long ImportedMs { get; init; }

    /// <summary>The days that it corrects, if it says so.</summary>
    public DayRange? CorrectedDays { get; init; }

    /// <summary>Writes a MessagePack array; later versions append fields.</summary>
    public void Write(ref MessagePackWriter writer)
    {
        writer.WriteArrayHeader(FieldCount);
        writer.Write((ulong)(ContentId >> 64));
        writer.Write((ulong)ContentId);
        writer.Write(EventType);
        writer.Write(Source);
        writer.Write(Generation);
        writer.Write(SourceRank);
        writer.Write(Events);
        writer.Write(Patches);
        writer.Write(FileBytes);
        writer.Write(ImportedMs);
        writer.Write(CorrectedDays?.First.DayNumber ?? -1);
        writer.Write(CorrectedDays?.Last.DayNumber ?? -1);
    }

    /// <summary>Reads what <see cref="Write"/> wrote; fields appended by a later version are skipped.</summary>
    /// <exception cref="MessagePackSerializationException">The bytes are no such array.</exception>
    /// <exception cref="InvalidDataException">A name or a day is none.</exception>
    public static ImportedSegment Read(ref MessagePackReader reader)
    {
        int fields = reader.ReadArrayHeader();
        if (fields < FieldCount)
        {
            throw new InvalidDataException($"An imported segment has {fields} fields, expected at least {FieldCount}.");
        }

        ImportedSegment segment = new()
        {
            ContentId = new UInt128(reader.ReadUInt64(), reader.ReadUInt64()),
            EventType = reader.ReadUInt16(),
            Source = reader.ReadString() is { Length: > 0 and <= SchemaLimits.MaxNameLength } source
                ? source
                : throw new InvalidDataException("An imported segment has no source, or one that is too long."),
            Generation = reader.ReadInt64(),
            SourceRank = reader.ReadUInt16(),
            Events = reader.ReadInt64(),
            Patches = reader.ReadInt64(),
            FileBytes = reader.ReadInt64(),
            ImportedMs = reader.ReadInt64(),
            CorrectedDays = ReadDays(reader.ReadInt32(), reader.ReadInt32()),
        };
        for (int i = FieldCount; i < fields; i++)
        {
            reader.Skip();
        }

        return segment;
    }

    private static DayRange? ReadDays(int first, int last)
    {
        if (first == -1 && last == -1)
        {
            return null;
        }

        return first >= 0 && first <= last && last <= DateOnly.MaxValue.DayNumber
            ? new DayRange(DateOnly.FromDayNumber(first), DateOnly.FromDayNumber(last))
            : throw new InvalidDataException($"An imported segment corrects days {first} to {last}.");
    }
}
