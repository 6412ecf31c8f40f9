using System.Runtime.InteropServices;
using System.Text.Json;

namespace Signals.Tool.Export;

/// <summary>
/// Writes events as JSON. Numbers are numbers (NaN and infinities are strings), vectors are arrays, bytes are base64, and null is
/// null. Absent columns are left out. A value that text cannot represent is an object with the value's bytes in base64. Pure.
/// </summary>
internal static class ValueJson
{
    public static void WriteEvent(Utf8JsonWriter json, SingleEvent single)
    {
        json.WriteStartObject();
        json.WriteString("user", single.User.ToString());
        json.WriteString("type", single.EventType.Name);
        json.WriteNumber("time", single.TimeMs);
        json.WriteNumber("id", single.Id);
        json.WriteStartObject("fields");
        for (int column = 0; column < single.CellCount; column++)
        {
            if (single.State(column) != ColumnState.Absent)
            {
                json.WritePropertyName(single.EventType.Columns[column].Name);
                WriteValue(json, single, column);
            }
        }

        json.WriteEndObject();
        json.WriteEndObject();
    }

    public static void WriteValue(Utf8JsonWriter json, SingleEvent single, int column)
    {
        ReadOnlySpan<byte> bytes = single.Bytes(column);
        if (single.State(column) != ColumnState.Value)
        {
            json.WriteNullValue();
            return;
        }

        ColumnType type = single.EventType.Columns[column].Type;
        if (!PlainValue.Is(type, bytes))
        {
            json.WriteStartObject();
            json.WriteBase64String("base64", bytes);
            json.WriteEndObject();
            return;
        }

        switch (type.Kind)
        {
            case ColumnKind.Boolean: json.WriteBooleanValue(bytes[0] != 0); break;
            case ColumnKind.Int8: json.WriteNumberValue((sbyte)bytes[0]); break;
            case ColumnKind.UInt8: json.WriteNumberValue(bytes[0]); break;
            case ColumnKind.Int16: json.WriteNumberValue(MemoryMarshal.Read<short>(bytes)); break;
            case ColumnKind.UInt16: json.WriteNumberValue(MemoryMarshal.Read<ushort>(bytes)); break;
            case ColumnKind.Int32: json.WriteNumberValue(MemoryMarshal.Read<int>(bytes)); break;
            case ColumnKind.UInt32: json.WriteNumberValue(MemoryMarshal.Read<uint>(bytes)); break;
            case ColumnKind.Int64: json.WriteNumberValue(MemoryMarshal.Read<long>(bytes)); break;
            case ColumnKind.UInt64: json.WriteNumberValue(MemoryMarshal.Read<ulong>(bytes)); break;
            case ColumnKind.Float16: WriteReal(json, (float)MemoryMarshal.Read<Half>(bytes)); break;
            case ColumnKind.Float32: WriteReal(json, MemoryMarshal.Read<float>(bytes)); break;
            case ColumnKind.Float64: WriteReal(json, MemoryMarshal.Read<double>(bytes)); break;
            case ColumnKind.Text: json.WriteStringValue(bytes); break;
            case ColumnKind.VectorInt8: WriteVector(json, MemoryMarshal.Cast<byte, sbyte>(bytes), static v => v); break;
            case ColumnKind.VectorFloat16: WriteVector(json, MemoryMarshal.Cast<byte, Half>(bytes), static v => (float)v); break;
            case ColumnKind.VectorFloat32: WriteVector(json, MemoryMarshal.Cast<byte, float>(bytes), static v => v); break;
            default: json.WriteBase64StringValue(bytes); break;
        }
    }

    private static void WriteVector<T>(Utf8JsonWriter json, ReadOnlySpan<T> elements, Func<T, float> real)
    {
        json.WriteStartArray();
        foreach (T element in elements)
        {
            WriteReal(json, real(element));
        }

        json.WriteEndArray();
    }

    // A float is written as the shortest text that is read back as the same float. Converting it to double first would
    // lengthen the text.
    private static void WriteReal(Utf8JsonWriter json, float value)
    {
        if (float.IsFinite(value))
        {
            json.WriteNumberValue(value);
        }
        else
        {
            json.WriteStringValue(value.ToString(System.Globalization.CultureInfo.InvariantCulture));
        }
    }

    private static void WriteReal(Utf8JsonWriter json, double value)
    {
        if (double.IsFinite(value))
        {
            json.WriteNumberValue(value);
        }
        else
        {
            json.WriteStringValue(value.ToString(System.Globalization.CultureInfo.InvariantCulture));
        }
    }
}
