using System.Buffers.Binary;
using System.Text;
using System.Text.Unicode;
using Signals.Core.Columns;

namespace Signals.Core.Frames;

/// <summary>
/// Reads events in the forms that producers usually write, straight from a frame into the columns of a batch. It accepts a part of what
/// <see cref="EventFrameParser"/> accepts, with the same result, and refuses nothing for good: a frame that it does not take is
/// the other parser's to read or to refuse.
/// </summary>
/// <remarks>Thread contract: one thread. Nothing is allocated after construction.</remarks>
internal sealed class DirectFrameParser
{
    // A field that is there twice is found by a bit for each column.
    private const int MostColumns = 64;

    // The order of the array form, and of the keys as EventFrameWriter writes them.
    private const int UserKey = 0, TypeKey = 1, TimeKey = 2, FieldsKey = 4;
    private const int AllKeys = 0b11111;

    private static readonly FrameName[] Keys = [new("user"), new("type"), new("time"), new("id"), new("fields")];

    private readonly EventTypeSchema[] _types;
    private readonly (FrameName Name, int Type)[] _typeNames; // the current names first
    private readonly DirectField[]?[] _fields;
    private int _lastName;

    /// <summary>
    /// Prepares to read events of a schema; <paramref name="nameInFrames"/> returns the name that frames use for a column.
    /// </summary>
    public DirectFrameParser(StoreSchema schema, Func<ColumnSchema, string>? nameInFrames)
    {
        _types = [.. schema.EventTypes];
        _typeNames = [.. FrameName.OfTypes(schema).Select(static called => (new FrameName(called.Name), (int)called.Type.Id))];
        _fields = [.. _types.Select(type => FieldsOf(type, nameInFrames))];
    }

    /// <summary>Reads everything of an event but its fields. False when the other parser must look at it.</summary>
    public bool TryReadHead(ReadOnlySpan<byte> payload, out DirectHead head)
    {
        head = default;
        FrameCursor cursor = new(payload);
        bool isRead = cursor.TryReadMapHeader(out int entries)
            ? TryReadMap(ref cursor, entries, ref head)
            : cursor.TryReadArrayHeader(out entries) && entries == EventFrameFormat.ArrayElements && TryReadArray(ref cursor, ref head);
        head.FieldsAt = payload.Length - cursor.Left;
        return isRead && !head.User.IsNobody && (head.HasFields || cursor.Left == 0) && _fields[head.Type] is not null;
    }

    /// <summary>The event type of a head.</summary>
    public EventTypeSchema TypeOf(in DirectHead head) => _types[head.Type];

    /// <summary>
    /// Sets the fields of an event. False when the other parser must look at it; some columns of the row may be set by then, to what the
    /// frame says.
    /// </summary>
    /// <param name="fields">The frame from its fields on, to its end.</param>
    /// <param name="type">The index of the event type.</param>
    /// <param name="row">The row, which is the last one of a batch of that type.</param>
    public bool TryReadFields(ReadOnlySpan<byte> fields, int type, EventRow row)
    {
        FrameCursor cursor = new(fields);
        if (cursor.TryReadNil())
        {
            return cursor.Left == 0;
        }

        DirectField[] columns = _fields[type]!;
        if (!cursor.TryReadMapHeader(out int entries))
        {
            return false;
        }

        ulong seen = 0;
        int next = 0;
        for (; entries > 0; entries--)
        {
            int place = Find(ref cursor, columns, next);
            if (place < 0)
            {
                // A name in its shortest form that is none of the columns' is unknown. In a longer form it may be one.
                if (!cursor.TryReadShortestString(out _) || !cursor.TrySkipPlain())
                {
                    return false;
                }

                continue;
            }

            DirectField column = columns[place];
            if ((seen & column.Bit) != 0 || !TrySet(ref cursor, column, _types[type], row))
            {
                return false;
            }

            seen |= column.Bit;
            next = place + 1 < columns.Length ? place + 1 : 0;
        }

        return cursor.Left == 0;
    }

    private static DirectField[]? FieldsOf(EventTypeSchema type, Func<ColumnSchema, string>? nameInFrames)
    {
        (string Name, ColumnSchema Column)[] fields = [.. FrameName.Of(type, nameInFrames)];
        List<ushort> columns = [.. fields.Select(field => field.Column.Id).Distinct()];
        byte[][] encoded = [.. fields.Select(field => Encoding.UTF8.GetBytes(field.Name))]; // two names may be one once they are encoded
        return columns.Count <= MostColumns && Array.TrueForAll(encoded, name => name.Length <= ushort.MaxValue)
            && encoded.Select(Convert.ToHexString).Distinct(StringComparer.Ordinal).Count() == fields.Length
            ? [.. fields.Select(field => DirectField.Of(field.Column, field.Name, 1UL << columns.IndexOf(field.Column.Id)))]
            : null;
    }

    // Producers write fields in one order, mostly that of the columns, so the search begins behind the last one that was found.
    private static int Find(ref FrameCursor cursor, DirectField[] columns, int first)
    {
        for (int i = first; i < columns.Length; i++)
        {
            if (cursor.TryTake(columns[i].Name))
            {
                return i;
            }
        }

        for (int i = 0; i < first; i++)
        {
            if (cursor.TryTake(columns[i].Name))
            {
                return i;
            }
        }

        return -1;
    }

    // Any order of the keys, but the fields come last: before them everything is known that a row needs.
    private bool TryReadMap(ref FrameCursor cursor, int entries, ref DirectHead head)
    {
        int seen = 0;
        for (int entry = 0; entry < entries; entry++)
        {
            int key = FindKey(ref cursor, entry);
            if (key < 0 || (seen & (1 << key)) != 0)
            {
                return false;
            }

            seen |= 1 << key;
            if (key == FieldsKey)
            {
                head.HasFields = true;
                return entry == entries - 1 && seen == AllKeys;
            }

            if (!TryReadPart(ref cursor, key, ref head))
            {
                return false;
            }
        }

        return seen == (AllKeys & ~(1 << FieldsKey));
    }

    private bool TryReadArray(ref FrameCursor cursor, ref DirectHead head)
    {
        head.HasFields = true;
        for (int key = 0; key < FieldsKey; key++)
        {
            if (!TryReadPart(ref cursor, key, ref head))
            {
                return false;
            }
        }

        return true;
    }

    private static int FindKey(ref FrameCursor cursor, int expected)
    {
        if ((uint)expected < (uint)Keys.Length && cursor.TryTake(Keys[expected]))
        {
            return expected;
        }

        for (int key = 0; key < Keys.Length; key++)
        {
            if (cursor.TryTake(Keys[key]))
            {
                return key;
            }
        }

        return -1;
    }

    private bool TryReadPart(ref FrameCursor cursor, int key, ref DirectHead head)
    {
        switch (key)
        {
            case UserKey:
                return TryReadUser(ref cursor, out head.User);
            case TypeKey:
                return TryReadType(ref cursor, out head.Type);
            case TimeKey:
                bool isTime = cursor.TryReadInteger(out ulong time, out bool isBefore1970);
                head.TimeMs = (long)time;
                return isTime && (isBefore1970 || time <= long.MaxValue);
            default:
                return cursor.TryReadInteger(out head.Id, out bool isNegative) && !isNegative;
        }
    }

    private static bool TryReadUser(ref FrameCursor cursor, out UserId user)
    {
        user = default;
        if (cursor.TryReadInteger(out ulong number, out bool isNegative))
        {
            user = UserId.From(number);
            return !isNegative;
        }

        if (cursor.TryReadString(out ReadOnlySpan<byte> name))
        {
            if (name.IsEmpty || !Utf8.IsValid(name))
            {
                return false;
            }

            user = UserId.FromUtf8(name);
            return true;
        }

        if (!cursor.TryReadBinary(out ReadOnlySpan<byte> id) || id.Length != EventFrameFormat.UserBytes)
        {
            return false;
        }

        user = new UserId(BinaryPrimitives.ReadUInt64BigEndian(id), BinaryPrimitives.ReadUInt64BigEndian(id[sizeof(ulong)..]));
        return true;
    }

    private bool TryReadType(ref FrameCursor cursor, out int type)
    {
        (FrameName last, type) = _typeNames[_lastName];
        if (cursor.TryTake(last))
        {
            return true;
        }

        for (int i = 0; i < _typeNames.Length; i++)
        {
            (FrameName name, type) = _typeNames[i];
            if (cursor.TryTake(name))
            {
                _lastName = i;
                return true;
            }
        }

        return false;
    }

    private static bool TrySet(ref FrameCursor cursor, DirectField field, EventTypeSchema type, EventRow row)
    {
        ReadOnlySpan<byte> bytes;
        switch (field.Kind)
        {
            case ColumnKind.Boolean when cursor.TryReadBoolean(out bool value):
                row.Buffer(type, field.Column).Append((byte)(value ? 1 : 0));
                return true;
            case >= ColumnKind.Int8 and <= ColumnKind.UInt64 when cursor.TryReadInteger(out ulong bits, out bool isNegative):
                return TrySetInteger(bits, isNegative, field, type, row);
            case ColumnKind.Float16 or ColumnKind.Float32 or ColumnKind.Float64 when cursor.TryReadNumber(out double number):
                return TrySetReal(number, field, type, row);
            case ColumnKind.Text when cursor.TryReadString(out bytes):
                return Utf8.IsValid(bytes) && SetBytes(bytes, field, type, row);
            case ColumnKind.Bytes when cursor.TryReadBinary(out bytes):
                return SetBytes(bytes, field, type, row);
            case >= ColumnKind.VectorInt8 when cursor.TryReadBinary(out bytes):
                if (bytes.Length != field.Width)
                {
                    return false;
                }

                row.Buffer(type, field.Column).AppendFixed(bytes);
                return true;
            default:
                return TrySetNull(ref cursor, field, type, row);
        }
    }

    private static bool TrySetInteger(ulong bits, bool isNegative, DirectField field, EventTypeSchema type, EventRow row)
    {
        if (isNegative ? (long)bits < field.Least : bits > field.Most)
        {
            return false;
        }

        ColumnBuffer column = row.Buffer(type, field.Column);
        switch (field.Width)
        {
            case sizeof(byte): column.Append((byte)bits); break;
            case sizeof(ushort): column.Append((ushort)bits); break;
            case sizeof(uint): column.Append((uint)bits); break;
            default: column.Append(bits); break;
        }

        return true;
    }

    private static bool TrySetReal(double number, DirectField field, EventTypeSchema type, EventRow row)
    {
        // The bits of a NaN could change in a conversion; the other parser has rules for them.
        if (double.IsNaN(number))
        {
            return false;
        }

        switch (field.Kind)
        {
            case ColumnKind.Float32 when NumberFit.TryConvert(number, out float single):
                row.Buffer(type, field.Column).Append(single);
                return true;
            case ColumnKind.Float64:
                row.Buffer(type, field.Column).Append(number);
                return true;
            case ColumnKind.Float16 when NumberFit.TryConvert(number, out Half half):
                row.Buffer(type, field.Column).Append(half);
                return true;
            default:
                return false;
        }
    }

    private static bool SetBytes(ReadOnlySpan<byte> bytes, DirectField field, EventTypeSchema type, EventRow row)
    {
        row.Buffer(type, field.Column).AppendBytes(bytes);
        return true;
    }

    private static bool TrySetNull(ref FrameCursor cursor, DirectField field, EventTypeSchema type, EventRow row)
    {
        bool isNull = cursor.TryReadNil();
        if (isNull)
        {
            row.Buffer(type, field.Column).AppendMissing(ColumnState.Null);
        }

        return isNull;
    }
}
