using System.Buffers;
using System.Text;
using MessagePack;

namespace Signals.Core.Schema;

/// <summary>
/// Writes a schema to bytes and reads it back; the layout is in <c>docs/formats/schema.md</c>. Pure, for any thread. The input is
/// not trusted: every count and length is checked before it is used, and the schema must pass the checks of the builders. The
/// bytes are parsed by hand, so they can cause neither recursion nor the loading of a type.
/// </summary>
internal static class SchemaSerializer
{
    /// <summary>Increased by every change of the layout that an older reader would misread.</summary>
    public const int Version = 4;

    // A schema is written in the least version that has room for it, so that earlier versions of Signals can read it: this one has neither
    // former names nor dropped columns, the next one has no widened columns, and the one after it no former names of event types and no
    // dropped ones.
    private const int PlainVersion = 1;
    private const int NamesVersion = 2;
    private const int WidenedVersion = 3;

    private const long FinalDrop = -1;
    private const int SchemaItems = 2;
    private const int PlainEventTypeItems = 5;
    private const int EventTypeItems = 7;
    private const int PlainColumnItems = 4;
    private const int NamesColumnItems = 6;
    private const int ColumnItems = 7;

    public static byte[] Write(StoreSchema schema)
    {
        var buffer = new ArrayBufferWriter<byte>(1024);
        var writer = new MessagePackWriter(buffer);
        writer.WriteArrayHeader(SchemaItems);
        int version = VersionFor(schema);
        writer.Write(version);
        writer.WriteArrayHeader(schema.EventTypes.Count);
        foreach (EventTypeSchema type in schema.EventTypes)
        {
            WriteEventType(ref writer, type, version);
        }

        writer.Flush();
        return buffer.WrittenSpan.ToArray();
    }

    /// <exception cref="InvalidDataException">The bytes are not a schema.</exception>
    /// <exception cref="SchemaMismatchException">A newer version of Signals wrote the bytes.</exception>
    public static StoreSchema Read(ReadOnlyMemory<byte> bytes)
    {
        var reader = new MessagePackReader(bytes);
        try
        {
            StoreSchema schema = ReadSchema(ref reader);
            return reader.End ? schema : throw new InvalidDataException($"Bytes follow the schema at {reader.Consumed}.");
        }
        catch (Exception error) when (
            error is MessagePackSerializationException or EndOfStreamException or ArgumentException or OverflowException)
        {
            throw new InvalidDataException($"Not a schema, at byte {reader.Consumed}: {error.Message}", error);
        }
    }

    private static int VersionFor(StoreSchema schema) =>
        schema.EventTypes.Any(type => type.FormerNames.Count > 0 || type.IsDropped) ? Version
        : schema.EventTypes.Any(type => type.HasWidened) ? WidenedVersion
        : schema.EventTypes.All(type => type.Columns.All(column => column is { FormerNames.Count: 0, IsDropped: false })) ? PlainVersion
        : NamesVersion;

    private static int TypeItemsOf(int version) => version > WidenedVersion ? EventTypeItems : PlainEventTypeItems;

    private static int ItemsOf(int version) =>
        version == PlainVersion ? PlainColumnItems : version == NamesVersion ? NamesColumnItems : ColumnItems;

    private static void WriteEventType(ref MessagePackWriter writer, EventTypeSchema type, int version)
    {
        writer.WriteArrayHeader(TypeItemsOf(version));
        writer.Write(type.Name);
        writer.Write(type.KeepLast);
        if (type.MaxAge is { } age)
        {
            writer.Write(Milliseconds(age));
        }
        else
        {
            writer.WriteNil();
        }

        writer.Write(Milliseconds(type.Window));
        writer.WriteArrayHeader(type.Columns.Count);
        foreach (ColumnSchema column in type.Columns)
        {
            writer.WriteArrayHeader(ItemsOf(version));
            writer.Write(column.Name);
            writer.Write((byte)column.Role);
            writer.Write((byte)column.Type.Kind);
            writer.Write(column.Type.Dimensions);
            if (version > PlainVersion)
            {
                WriteNames(ref writer, column.FormerNames, column.Drop);
            }

            if (version > NamesVersion)
            {
                writer.Write((byte)column.FirstType.Kind);
            }
        }

        if (version > WidenedVersion)
        {
            WriteNames(ref writer, type.FormerNames, type.Drop);
        }
    }

    private static void WriteNames(ref MessagePackWriter writer, IReadOnlyList<string> formerNames, DropState drop)
    {
        writer.WriteArrayHeader(formerNames.Count);
        foreach (string former in formerNames)
        {
            writer.Write(former);
        }

        if (drop.IsDropped)
        {
            writer.Write(drop.IsFinal ? FinalDrop : drop.SinceMs);
        }
        else
        {
            writer.WriteNil();
        }
    }

    private static StoreSchema ReadSchema(ref MessagePackReader reader)
    {
        int items = reader.ReadArrayHeader();
        int version = items > 0 ? reader.ReadInt32() : 0;
        if (version > Version)
        {
            throw new SchemaMismatchException(
                $"The stored schema has format {version}; this version of Signals reads up to {Version}. Open it with the newer one.");
        }

        Expect(SchemaItems, items, "a schema");
        if (version < PlainVersion)
        {
            throw new InvalidDataException($"Expected {PlainVersion} to {Version} for a schema's version, found {version}.");
        }

        var builder = new StoreSchemaBuilder();
        int count = reader.ReadArrayHeader();
        for (int i = 0; i < count; i++)
        {
            EventTypeBuilder type = ReadEventType(ref reader, version);
            DropState drop = default;
            if (version > WidenedVersion)
            {
                Array.ForEach(ReadFormerNames(ref reader), former => type.TypeRenamedFrom(former));
                drop = ReadDrop(ref reader);
            }

            builder.Add(type, drop);
        }

        return builder.Build();
    }

    private static EventTypeBuilder ReadEventType(ref MessagePackReader reader, int version)
    {
        Expect(TypeItemsOf(version), reader.ReadArrayHeader(), "an event type");
        EventTypeBuilder builder = new EventTypeBuilder(ReadName(ref reader)).KeepLast(reader.ReadInt32());
        if (!reader.TryReadNil())
        {
            builder.MaxAge(ReadTime(ref reader));
        }

        builder.Window(ReadTime(ref reader));
        int count = reader.ReadArrayHeader();
        for (int i = 0; i < count; i++)
        {
            Expect(ItemsOf(version), reader.ReadArrayHeader(), "a column");
            ReadColumn(ref reader, builder, version);
        }

        return builder;
    }

    private static void ReadColumn(ref MessagePackReader reader, EventTypeBuilder builder, int version)
    {
        string name = ReadName(ref reader);
        var role = (ColumnRole)reader.ReadByte();
        var kind = (ColumnKind)reader.ReadByte();
        ColumnType type = ColumnType.FromKind(kind, reader.ReadInt32());
        string[] former = version == PlainVersion ? [] : ReadFormerNames(ref reader);
        DropState drop = version == PlainVersion ? default : ReadDrop(ref reader);
        if (drop.IsDropped)
        {
            builder.AddDropped(name, type, role, former, drop);
        }
        else
        {
            builder.Add(name, type, role);
            Array.ForEach(former, earlier => builder.RenamedFrom(earlier));
        }

        if (version > NamesVersion)
        {
            builder.WidenedFrom(ColumnType.FromKind((ColumnKind)reader.ReadByte(), type.Dimensions));
        }
    }

    private static string[] ReadFormerNames(ref MessagePackReader reader)
    {
        int count = reader.ReadArrayHeader();
        if (count > SchemaLimits.MaxFormerNames)
        {
            throw new InvalidDataException(
                $"A column or event type of {count} former names; at most {SchemaLimits.MaxFormerNames} are allowed.");
        }

        string[] names = new string[count];
        for (int i = 0; i < count; i++)
        {
            names[i] = ReadName(ref reader);
        }

        return names;
    }

    private static DropState ReadDrop(ref MessagePackReader reader)
    {
        if (reader.TryReadNil())
        {
            return default;
        }

        long since = reader.ReadInt64();
        return since >= 0 ? DropState.At(since)
            : since == FinalDrop ? DropState.Final
            : throw new InvalidDataException($"A column or event type was dropped at {since} ms, which is out of range.");
    }

    private static string ReadName(ref MessagePackReader reader)
    {
        ReadOnlySequence<byte> bytes = reader.ReadStringSequence() ?? throw new InvalidDataException("A name is missing.");
        return bytes.Length <= SchemaLimits.MaxNameLength
            ? Encoding.UTF8.GetString(bytes)
            : throw new InvalidDataException($"A name of {bytes.Length} bytes; at most {SchemaLimits.MaxNameLength} are allowed.");
    }

    // The builder checks the exact bounds. This check only keeps the multiplication from overflowing.
    private static TimeSpan ReadTime(ref MessagePackReader reader)
    {
        long milliseconds = reader.ReadInt64();
        return milliseconds >= 0 && milliseconds <= Milliseconds(SchemaLimits.MaxMaxAge)
            ? new TimeSpan(milliseconds * TimeSpan.TicksPerMillisecond)
            : throw new InvalidDataException($"A time of {milliseconds} ms is out of range.");
    }

    private static long Milliseconds(TimeSpan time) => time.Ticks / TimeSpan.TicksPerMillisecond;

    private static void Expect(int expected, int found, string what)
    {
        if (found != expected)
        {
            throw new InvalidDataException($"Expected {expected} for {what}, found {found}.");
        }
    }
}
