using System.Buffers;
using MessagePack;
using Signals.Core.Ingest;
using Signals.Core.Model;
using Signals.Storage.Tables;

namespace Signals.Storage.Versions;

/// <summary>
/// The encoding of a <see cref="VersionEdit"/>: a MessagePack map from tag to value, with ascending tags
/// (<c>docs/formats/manifest.md</c>). An unknown tag below <see cref="FirstOptionalTag"/> is refused, because the edit cannot be
/// understood without it; an unknown tag from there on is skipped. Thread contract: pure functions; any thread. Bytes from a disk
/// are not trusted: every count is checked against the bytes left before memory is allocated, and every error is an
/// <see cref="InvalidDataException"/>.
/// </summary>
internal static class VersionEditFormat
{
    private delegate T ItemReader<T>(ref MessagePackReader reader);

    /// <summary>A reader may skip unknown tags from here on. Their values are of the MessagePack type bin.</summary>
    public const uint FirstOptionalTag = 128;

    private const uint AddedTablesTag = 1;
    private const uint RemovedTablesTag = 2;
    private const uint FirstLiveLogTag = 3;
    private const uint NextFileNumberTag = 4;
    private const uint FlushedPositionTag = 5;
    private const uint SchemaTag = 6;
    private const uint ErasuresTag = 7;
    private const uint SourcesTag = 8;
    private const uint ImportedSegmentsTag = 9;
    private const uint CompleteUpToTag = 10;
    private const uint IncarnationsTag = 12;
    private const uint SpansWindowsTag = 13;
    private const uint KeepTag = 14;
    private const uint HeldLimitsTag = 15;
    private const uint KeepsVersionsTag = FirstOptionalTag;
    private const uint ClockTag = 129;
    private const int SourceFields = 2;
    private const int IncarnationFields = 6;

    /// <summary>Encodes <paramref name="edit"/>. Equal edits give equal bytes.</summary>
    public static byte[] Write(VersionEdit edit)
    {
        var buffer = new ArrayBufferWriter<byte>(256);
        var writer = new MessagePackWriter(buffer);
        writer.WriteMapHeader(CountTags(edit));
        WriteTables(ref writer, edit);
        WriteScalars(ref writer, edit);
        WriteErasures(ref writer, edit.Erasures);
        WriteSources(ref writer, edit.Sources);
        WriteSegments(ref writer, edit);
        WriteIncarnations(ref writer, edit.Sources);
        WriteKept(ref writer, edit);
        writer.Flush();
        return buffer.WrittenSpan.ToArray();
    }

    /// <summary>Decodes one edit that fills <paramref name="bytes"/> exactly.</summary>
    /// <exception cref="InvalidDataException">The bytes are not a complete edit, or a newer version wrote the edit.</exception>
    public static VersionEdit Read(ReadOnlyMemory<byte> bytes)
    {
        try
        {
            var reader = new MessagePackReader(bytes);
            VersionEdit edit = ReadMap(ref reader);
            return reader.End
                ? edit
                : throw new InvalidDataException("A version edit is followed by bytes that do not belong to it.");
        }
        catch (Exception e) when (
            e is MessagePackSerializationException or EndOfStreamException or OverflowException or ArgumentOutOfRangeException)
        {
            // The reader throws ArgumentOutOfRangeException for a text whose stated length is greater than any text can have.
            throw new InvalidDataException("A version edit is not valid MessagePack: " + e.Message, e);
        }
    }

    private static int CountTags(VersionEdit edit) =>
        (edit.AddedTables.Count > 0 ? 1 : 0) + (edit.RemovedTables.Count > 0 ? 1 : 0) + (edit.Erasures.Count > 0 ? 1 : 0)
        + (edit.FirstLiveLog.HasValue ? 1 : 0) + (edit.NextFileNumber.HasValue ? 1 : 0)
        + (edit.FlushedPosition.HasValue ? 1 : 0) + (edit.Schema is null ? 0 : 1)
        + (edit.Sources.Exists(IsPlain) ? 1 : 0) + (edit.Sources.Exists(source => !IsPlain(source)) ? 1 : 0)
        + (edit.ImportedSegments.Count > 0 ? 1 : 0) + (edit.CompleteUpTo.Count > 0 ? 1 : 0)
        + (edit.SpansWindows ? 1 : 0) + (edit.Keep is null ? 0 : 1) + (edit.HeldLimits is null ? 0 : 1)
        + (edit.KeepsVersions.HasValue ? 1 : 0) + (edit.Clock.HasValue ? 1 : 0);

    private static void WriteTables(ref MessagePackWriter writer, VersionEdit edit)
    {
        if (edit.AddedTables.Count > 0)
        {
            writer.Write(AddedTablesTag);
            writer.WriteArrayHeader(edit.AddedTables.Count);
            foreach (TableMeta table in edit.AddedTables)
            {
                table.Write(ref writer);
            }
        }

        if (edit.RemovedTables.Count > 0)
        {
            writer.Write(RemovedTablesTag);
            writer.WriteArrayHeader(edit.RemovedTables.Count);
            foreach (ulong number in edit.RemovedTables)
            {
                writer.Write(number);
            }
        }
    }

    private static void WriteScalars(ref MessagePackWriter writer, VersionEdit edit)
    {
        if (edit.FirstLiveLog is ulong firstLiveLog)
        {
            writer.Write(FirstLiveLogTag);
            writer.Write(firstLiveLog);
        }

        if (edit.NextFileNumber is ulong nextFileNumber)
        {
            writer.Write(NextFileNumberTag);
            writer.Write(nextFileNumber);
        }

        if (edit.FlushedPosition is { } flushedPosition)
        {
            writer.Write(FlushedPositionTag);
            writer.Write(flushedPosition.Value);
        }

        if (edit.Schema is not null)
        {
            writer.Write(SchemaTag);
            writer.Write(edit.Schema);
        }
    }

    private static void WriteErasures(ref MessagePackWriter writer, List<Erasure> erasures)
    {
        if (erasures.Count == 0)
        {
            return;
        }

        writer.Write(ErasuresTag);
        writer.WriteArrayHeader(erasures.Count);
        foreach (Erasure erasure in erasures)
        {
            erasure.Write(ref writer);
        }
    }

    private static void WriteSources(ref MessagePackWriter writer, List<SourcePosition> sources)
    {
        List<SourcePosition> plain = sources.FindAll(IsPlain);
        if (plain.Count == 0)
        {
            return;
        }

        writer.Write(SourcesTag);
        writer.WriteArrayHeader(plain.Count);
        foreach (SourcePosition source in plain)
        {
            writer.WriteArrayHeader(SourceFields);
            writer.Write(source.Source);
            writer.Write(source.Position);
        }
    }

    // A source that states no incarnation is written in the old form, so that earlier versions can read it.
    private static bool IsPlain(SourcePosition source) => source.Incarnation.IsNone && source.Generation == 0;

    private static void WriteIncarnations(ref MessagePackWriter writer, List<SourcePosition> sources)
    {
        List<SourcePosition> known = sources.FindAll(source => !IsPlain(source));
        if (known.Count == 0)
        {
            return;
        }

        writer.Write(IncarnationsTag);
        writer.WriteArrayHeader(known.Count);
        foreach (SourcePosition source in known)
        {
            writer.WriteArrayHeader(IncarnationFields);
            writer.Write(source.Source);
            writer.Write(source.Position);
            writer.Write(source.Generation);
            writer.Write(source.Incarnation.PrefixBytes);
            writer.Write((ulong)(source.Incarnation.Value >> 64));
            writer.Write((ulong)source.Incarnation.Value);
        }
    }

    private static void WriteSegments(ref MessagePackWriter writer, VersionEdit edit)
    {
        if (edit.ImportedSegments.Count > 0)
        {
            writer.Write(ImportedSegmentsTag);
            writer.WriteArrayHeader(edit.ImportedSegments.Count);
            foreach (ImportedSegment segment in edit.ImportedSegments)
            {
                segment.Write(ref writer);
            }
        }

        if (edit.CompleteUpTo.Count > 0)
        {
            writer.Write(CompleteUpToTag);
            writer.WriteMapHeader(edit.CompleteUpTo.Count);
            foreach ((ushort type, long upTo) in edit.CompleteUpTo)
            {
                writer.Write(type);
                writer.Write(upTo);
            }
        }
    }

    private static void WriteKept(ref MessagePackWriter writer, VersionEdit edit)
    {
        if (edit.SpansWindows)
        {
            writer.Write(SpansWindowsTag);
            writer.Write(true);
        }

        if (edit.Keep is { } keep)
        {
            writer.Write(KeepTag);
            KeepSettingsFormat.Write(ref writer, keep);
        }

        if (edit.HeldLimits is { } held)
        {
            writer.Write(HeldLimitsTag);
            writer.WriteArrayHeader(held.Count);
            foreach (HeldLimit limit in held)
            {
                HeldLimitsFormat.Write(ref writer, limit);
            }
        }

        if (edit.KeepsVersions is bool keeps)
        {
            writer.Write(KeepsVersionsTag);
            writer.Write(new byte[] { keeps ? (byte)1 : (byte)0 });
        }

        if (edit.Clock is { } clock)
        {
            writer.Write(ClockTag);
            HeldLimitsFormat.Write(ref writer, clock);
        }
    }

    private static VersionEdit ReadMap(ref MessagePackReader reader)
    {
        var edit = new VersionEdit();
        int tags = reader.ReadMapHeader();
        uint last = 0;
        for (int i = 0; i < tags; i++)
        {
            uint tag = reader.ReadUInt32();
            if (tag <= last)
            {
                throw new InvalidDataException($"A version edit has tag {tag} after tag {last}; tags must ascend.");
            }

            last = tag;
            ReadValue(ref reader, tag, edit);
        }

        return edit;
    }

    private static void ReadValue(ref MessagePackReader reader, uint tag, VersionEdit edit)
    {
        switch (tag)
        {
            case AddedTablesTag:
                ReadList(ref reader, edit.AddedTables, TableMeta.Read);
                break;
            case RemovedTablesTag:
                ReadList(ref reader, edit.RemovedTables, ReadNumber);
                break;
            case FirstLiveLogTag:
                edit.FirstLiveLog = reader.ReadUInt64();
                break;
            case NextFileNumberTag:
                edit.NextFileNumber = reader.ReadUInt64();
                break;
            case FlushedPositionTag:
                edit.FlushedPosition = new StreamPosition(reader.ReadInt64());
                break;
            case SchemaTag:
                edit.Schema = reader.ReadBytes()?.ToArray() ?? throw new InvalidDataException("A version edit has a nil schema.");
                break;
            case ErasuresTag:
                ReadList(ref reader, edit.Erasures, Erasure.Read);
                break;
            case SourcesTag:
                ReadList(ref reader, edit.Sources, ReadSource);
                break;
            case ImportedSegmentsTag:
                ReadList(ref reader, edit.ImportedSegments, ImportedSegment.Read);
                break;
            case CompleteUpToTag:
                for (int left = reader.ReadMapHeader(); left > 0; left--)
                {
                    edit.CompleteUpTo[reader.ReadUInt16()] = reader.ReadInt64();
                }

                break;
            case IncarnationsTag:
                ReadList(ref reader, edit.Sources, ReadIncarnation);
                break;
            case SpansWindowsTag:
                edit.SpansWindows = reader.ReadBoolean()
                    ? true
                    : throw new InvalidDataException("A version edit has the value false for tables of several windows, expected true.");
                break;
            case KeepTag:
                edit.Keep = KeepSettingsFormat.Read(ref reader);
                break;
            case HeldLimitsTag:
                List<HeldLimit> held = [];
                ReadList(ref reader, held, HeldLimitsFormat.Read);
                edit.HeldLimits = held;
                break;
            case ClockTag:
                edit.Clock = HeldLimitsFormat.ReadClock(ref reader);
                break;
            case KeepsVersionsTag:
                edit.KeepsVersions = reader.ReadBytes() is { Length: > 0 } bytes
                    ? bytes.FirstSpan[0] != 0
                    : throw new InvalidDataException("A version edit has an empty value for whether versions are kept.");
                break;
            case >= FirstOptionalTag:
                reader.ReadBytes();
                break;
            default:
                throw new InvalidDataException(
                    $"A version edit has the unknown tag {tag}, which must not be skipped. A newer version of Signals wrote it; use that "
                    + "version.");
        }
    }

    // The reader refuses a count above the bytes left, and the list grows only as items really arrive.
    private static void ReadList<T>(ref MessagePackReader reader, List<T> items, ItemReader<T> read)
    {
        for (int left = reader.ReadArrayHeader(); left > 0; left--)
        {
            items.Add(read(ref reader));
        }
    }

    private static ulong ReadNumber(ref MessagePackReader reader) => reader.ReadUInt64();

    private static SourcePosition ReadSource(ref MessagePackReader reader)
    {
        int fields = reader.ReadArrayHeader();
        if (fields != SourceFields)
        {
            throw new InvalidDataException($"A source has {fields} fields, expected {SourceFields}.");
        }

        return Checked(new SourcePosition(reader.ReadString() ?? "", reader.ReadInt64()));
    }

    private static SourcePosition ReadIncarnation(ref MessagePackReader reader)
    {
        int fields = reader.ReadArrayHeader();
        if (fields != IncarnationFields)
        {
            throw new InvalidDataException($"A source with an incarnation has {fields} fields, expected {IncarnationFields}.");
        }

        SourcePosition plain = Checked(new SourcePosition(reader.ReadString() ?? "", reader.ReadInt64()));
        int generation = reader.ReadInt32();
        int prefixBytes = reader.ReadInt32();
        SourcePosition source = plain with
        {
            Generation = generation,
            Incarnation = new SourceIncarnation(new UInt128(reader.ReadUInt64(), reader.ReadUInt64()), prefixBytes),
        };
        return generation >= 0 && prefixBytes is >= 0 and <= SourceIncarnation.MaxPrefixBytes && !IsPlain(source)
            ? source
            : throw new InvalidDataException(
                $"Source '{source.Source}' has generation {generation} and a fingerprint of {prefixBytes} bytes, which is not valid.");
    }

    private static SourcePosition Checked(SourcePosition source)
    {
        return source.Source.Length is > 0 and <= GroupRecordFormat.MaxNameBytes && source.Position >= 0
            ? source
            : throw new InvalidDataException(
                $"A source has a name of {source.Source.Length} characters and the position {source.Position}, which is not valid.");
    }
}
