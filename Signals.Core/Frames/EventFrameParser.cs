using System.Buffers.Binary;
using System.Text;
using System.Text.Unicode;
using MessagePack;

namespace Signals.Core.Frames;

/// <summary>
/// Reads one MessagePack event by hand. It creates no objects from outside data, nesting cannot exhaust the stack, and lengths
/// are checked against the frame before anything is taken. Thread contract: one thread. A valid frame allocates nothing.
/// </summary>
internal sealed class EventFrameParser
{
    private readonly (byte[] Name, EventTypeSchema Type)[] _types; // the current names first, and those of dropped ones last
    private readonly FrameField[][] _fields;

    /// <summary>
    /// Prepares to read events of <paramref name="schema"/>. <paramref name="nameInFrames"/> returns the name that frames use for
    /// a column.
    /// </summary>
    public EventFrameParser(StoreSchema schema, Func<ColumnSchema, string>? nameInFrames)
    {
        _types =
        [
            .. FrameName.OfTypes(schema).Concat(FrameName.OfDroppedTypes(schema))
                .Select(called => (Encoding.UTF8.GetBytes(called.Name), called.Type)),
        ];
        _fields =
        [
            .. schema.EventTypes.Select(FrameField[] (type) =>
                [.. FrameName.Of(type, nameInFrames).Select(field => new FrameField(Encoding.UTF8.GetBytes(field.Name), field.Column.Id))]),
            [], // of what only the declaration drops
        ];
    }

    /// <summary>
    /// Fills <paramref name="single"/>, or returns the reason why not. The reasons do not contain data of the frame, so equal
    /// problems have equal texts. The reason <see cref="EventFrameFormat.DroppedType"/> comes last: <paramref name="single"/> is filled
    /// then, and nothing else is wrong with the frame.
    /// </summary>
    public bool TryParse(ReadOnlyMemory<byte> frame, SingleEvent single, out string reason)
    {
        try
        {
            MessagePackReader reader = new(frame);
            reason = Parse(ref reader, single)
                ?? (!reader.End ? "bytes are left after the event"
                    : single.EventType.IsDropped ? EventFrameFormat.DroppedType
                    : "");
        }
        catch (Exception e) when (e is MessagePackSerializationException or EndOfStreamException
            or ArgumentOutOfRangeException or OverflowException) // the reader reports lengths of 2^31 and more in this way
        {
            reason = "not MessagePack";
        }
        return reason.Length == 0;
    }

    private string? Parse(ref MessagePackReader reader, SingleEvent single)
    {
        FrameEnvelope envelope = default;
        string? problem;
        switch (reader.End ? MessagePackType.Nil : reader.NextMessagePackType)
        {
            case MessagePackType.Map:
                problem = ReadMap(ref reader, ref envelope);
                break;
            case MessagePackType.Array:
                problem = ReadArray(ref reader, ref envelope);
                break;
            default:
                return "the frame is neither a map nor an array";
        }
        problem ??= envelope.Missing();
        if (problem is not null)
        {
            return problem;
        }
        single.Begin(envelope.EventType!);
        single.User = envelope.User;
        single.TimeMs = envelope.TimeMs;
        single.Id = envelope.Id;
        return envelope.HasFields ? ReadFields(envelope.Fields, single) : null;
    }

    private string? ReadMap(ref MessagePackReader reader, ref FrameEnvelope envelope)
    {
        int entries = reader.ReadMapHeader();
        for (int i = 0; i < entries; i++)
        {
            if (reader.NextMessagePackType != MessagePackType.String || !reader.TryReadStringSpan(out ReadOnlySpan<byte> key))
            {
                return "a key of the event is not a string";
            }
            string? problem = envelope.Repeats(key) ? "a key of the event is there twice"
                : key.SequenceEqual(EventFrameFormat.UserKey) ? ReadUser(ref reader, ref envelope)
                : key.SequenceEqual(EventFrameFormat.TypeKey) ? ReadType(ref reader, ref envelope)
                : key.SequenceEqual(EventFrameFormat.TimeKey) ? ReadTime(ref reader, ref envelope)
                : key.SequenceEqual(EventFrameFormat.IdKey) ? ReadId(ref reader, ref envelope)
                : key.SequenceEqual(EventFrameFormat.FieldsKey) ? KeepFields(ref reader, ref envelope)
                : SkipValue(ref reader);
            if (problem is not null)
            {
                return problem;
            }
        }
        return null;
    }

    private string? ReadArray(ref MessagePackReader reader, ref FrameEnvelope envelope) =>
        reader.ReadArrayHeader() != EventFrameFormat.ArrayElements
            ? "the array form has five elements: user, type, time, id, fields"
            : ReadUser(ref reader, ref envelope)
            ?? ReadType(ref reader, ref envelope)
            ?? ReadTime(ref reader, ref envelope)
            ?? ReadId(ref reader, ref envelope)
            ?? KeepFields(ref reader, ref envelope);

    private static string? ReadUser(ref MessagePackReader reader, ref FrameEnvelope envelope)
    {
        switch (reader.NextMessagePackType)
        {
            case MessagePackType.Integer when FrameValue.TryReadUnsigned(ref reader, out ulong number):
                envelope.SetUser(UserId.From(number));
                return null;
            case MessagePackType.String when reader.TryReadStringSpan(out ReadOnlySpan<byte> text) && !text.IsEmpty:
                if (!Utf8.IsValid(text))
                {
                    return "the user is not UTF-8";
                }
                envelope.SetUser(UserId.FromUtf8(text));
                return null;
            case MessagePackType.Binary when FrameValue.TryReadBinary(ref reader, out ReadOnlySpan<byte> bytes)
                && bytes.Length == EventFrameFormat.UserBytes:
                envelope.SetUser(new UserId(
                    BinaryPrimitives.ReadUInt64BigEndian(bytes), BinaryPrimitives.ReadUInt64BigEndian(bytes[8..])));
                return null;
            case MessagePackType.Nil:
                return "no user";
            default:
                return "the user is not an unsigned number, a non-empty string or 16 bytes";
        }
    }

    private string? ReadType(ref MessagePackReader reader, ref FrameEnvelope envelope)
    {
        if (reader.NextMessagePackType != MessagePackType.String || !reader.TryReadStringSpan(out ReadOnlySpan<byte> name))
        {
            return "the event type is not a string";
        }
        foreach ((byte[] called, EventTypeSchema type) in _types)
        {
            if (name.SequenceEqual(called))
            {
                envelope.EventType = type;
                return null;
            }
        }
        return "not a known event type";
    }

    private static string? ReadTime(ref MessagePackReader reader, ref FrameEnvelope envelope)
    {
        if (reader.NextMessagePackType != MessagePackType.Integer || !FrameValue.TryReadSigned(ref reader, out long timeMs))
        {
            return "the time is not a whole number of milliseconds";
        }
        envelope.SetTime(timeMs);
        return null;
    }

    private static string? ReadId(ref MessagePackReader reader, ref FrameEnvelope envelope)
    {
        if (reader.NextMessagePackType != MessagePackType.Integer || !FrameValue.TryReadUnsigned(ref reader, out ulong id))
        {
            return "the id is not an unsigned number";
        }
        envelope.SetId(id);
        return null;
    }

    /// <summary>Remembers where the fields are: in a map they may come before the event type that defines them.</summary>
    private static string? KeepFields(ref MessagePackReader reader, ref FrameEnvelope envelope)
    {
        if (reader.NextMessagePackType is not (MessagePackType.Map or MessagePackType.Nil))
        {
            return "the fields are not a map";
        }
        envelope.Fields = reader;
        envelope.HasFields = reader.NextMessagePackType == MessagePackType.Map;
        return SkipValue(ref reader);
    }

    private static string? SkipValue(ref MessagePackReader reader)
    {
        FrameValue.Skip(ref reader);
        return null;
    }

    private string? ReadFields(MessagePackReader reader, SingleEvent single)
    {
        int entries = reader.ReadMapHeader();
        for (int i = 0; i < entries; i++)
        {
            if (reader.NextMessagePackType != MessagePackType.String || !reader.TryReadStringSpan(out ReadOnlySpan<byte> name))
            {
                return "a field's name is not a string";
            }
            int column = FindField(single.EventType, name);
            if (column < 0)
            {
                FrameValue.Skip(ref reader);
            }
            else if (single.State(column) != ColumnState.Absent)
            {
                return $"field '{single.EventType.Columns[column].Name}' is there twice";
            }
            else if (!FrameValue.TrySet(ref reader, single, column))
            {
                return $"field '{single.EventType.Columns[column].Name}' is not {single.EventType.Columns[column].Type}";
            }
        }
        return null;
    }

    private int FindField(EventTypeSchema type, ReadOnlySpan<byte> name)
    {
        foreach (FrameField field in _fields[type.Id])
        {
            if (name.SequenceEqual(field.Name))
            {
                return field.Column;
            }
        }
        return -1;
    }
}
