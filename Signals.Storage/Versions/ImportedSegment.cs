using MessagePack;
using Signals.Core.Schema;
using Signals.Offline;

namespace Signals.Storage.Versions;

/// <summary>
/// What the manifest records about an imported segment. The record stays even when none of the segment's rows is left. Immutable.
/// </summary>
internal sealed record ImportedSegment
{
    private const int FieldCount = 12;

    /// <summary>The hash of the content. The same content is imported only once.</summary>
    public required UInt128 ContentId { get; init; }

    /// <summary>The id of the event type.</summary>
    public required ushort EventType { get; init; }

    /// <summary>The name of the job or program that wrote the segment.</summary>
    public required string Source { get; init; }

    /// <summary>The generation of the segment.</summary>
    public required long Generation { get; init; }

    /// <summary>The source rank of the segment.</summary>
    public required ushort SourceRank { get; init; }

    /// <summary>The number of rows of events.</summary>
    public required long Events { get; init; }

    /// <summary>The number of rows of patches.</summary>
    public required long Patches { get; init; }

    /// <summary>The bytes of the segment file.</summary>
    public required long FileBytes { get; init; }

    /// <summary>The time of the import, in ms since the epoch.</summary>
    public required long ImportedMs { get; init; }

    /// <summary>The days that the segment corrects; null when it states none.</summary>
    public DayRange? CorrectedDays { get; init; }

    /// <summary>Writes a MessagePack array. Later versions append fields.</summary>
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

    /// <summary>Reads what <see cref="Write"/> wrote. Fields that a later version appended are skipped.</summary>
    /// <exception cref="MessagePackSerializationException">The bytes are not such an array.</exception>
    /// <exception cref="InvalidDataException">A name or a day is not valid.</exception>
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
                : throw new InvalidDataException("An imported segment has no source name, or one that is too long."),
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
            : throw new InvalidDataException(
                $"An imported segment states corrected days from day number {first} to {last}, which is not valid.");
    }
}
