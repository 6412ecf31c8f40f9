using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Signals.Dashboard.Rows;

/// <summary>
/// Writes cells as pieces of JSON. Whole numbers are text, because JavaScript holds 53 bits of one; NaN and infinities are text, too.
/// Long texts, bytes and vectors are objects with their beginning and their length.
/// </summary>
/// <remarks>Thread contract: one thread. Equal cells give equal pieces, except behind where a long one is cut.</remarks>
internal sealed class CellText : IDisposable
{
    /// <summary>How many bytes of a text are shown.</summary>
    public const int MostTextBytes = 2000;

    private const int MostBytes = 48;
    private const int MostElements = 64;

    private readonly ArrayBufferWriter<byte> _buffer = new();
    private readonly Utf8JsonWriter _json;

    public CellText() => _json = new Utf8JsonWriter(_buffer);

    /// <summary>A cell; null when it is absent.</summary>
    public string? Of(IRowValues rows, string column, ColumnType type, int row)
    {
        ColumnState state = rows.States(column)[row];
        if (state == ColumnState.Absent)
        {
            return null;
        }

        if (state == ColumnState.Null)
        {
            return "null";
        }

        _buffer.ResetWrittenCount();
        _json.Reset();
        WriteValue(rows, column, type, row);
        _json.Flush();
        return Encoding.UTF8.GetString(_buffer.WrittenSpan);
    }

    public void Dispose() => _json.Dispose();

    private void WriteValue(IRowValues rows, string column, ColumnType type, int row)
    {
        int size = type.Dimensions;
        switch (type.Kind)
        {
            case ColumnKind.Boolean: _json.WriteBooleanValue(rows.Field<bool>(column)[row]); break;
            case ColumnKind.Int8: Whole(rows.Field<sbyte>(column)[row]); break;
            case ColumnKind.UInt8: Whole(rows.Field<byte>(column)[row]); break;
            case ColumnKind.Int16: Whole(rows.Field<short>(column)[row]); break;
            case ColumnKind.UInt16: Whole(rows.Field<ushort>(column)[row]); break;
            case ColumnKind.Int32: Whole(rows.Field<int>(column)[row]); break;
            case ColumnKind.UInt32: Whole(rows.Field<uint>(column)[row]); break;
            case ColumnKind.Int64: Whole(rows.Field<long>(column)[row]); break;
            case ColumnKind.UInt64: Whole(rows.Field<ulong>(column)[row]); break;
            case ColumnKind.Float16: Real((float)rows.Field<Half>(column)[row]); break;
            case ColumnKind.Float32: Real(rows.Field<float>(column)[row]); break;
            case ColumnKind.Float64: Real(rows.Field<double>(column)[row]); break;
            case ColumnKind.VectorInt8: Vector(rows.Vector<sbyte>(column).Slice(row * size, size), static v => v); break;
            case ColumnKind.VectorFloat16: Vector(rows.Vector<Half>(column).Slice(row * size, size), static v => (float)v); break;
            case ColumnKind.VectorFloat32: Vector(rows.Vector<float>(column).Slice(row * size, size), static v => v); break;
            case ColumnKind.Text: Text(rows.Bytes(column, row)); break;
            default: Bytes(rows.Bytes(column, row)); break;
        }
    }

    private void Whole<T>(T value)
        where T : struct, IFormattable => _json.WriteStringValue(value.ToString(null, CultureInfo.InvariantCulture));

    private void Real(float value)
    {
        if (float.IsFinite(value))
        {
            _json.WriteNumberValue(value);
        }
        else
        {
            _json.WriteStringValue(value.ToString(CultureInfo.InvariantCulture));
        }
    }

    private void Real(double value)
    {
        if (double.IsFinite(value))
        {
            _json.WriteNumberValue(value);
        }
        else
        {
            _json.WriteStringValue(value.ToString(CultureInfo.InvariantCulture));
        }
    }

    private void Text(ReadOnlySpan<byte> utf8)
    {
        if (utf8.Length <= MostTextBytes)
        {
            _json.WriteStringValue(Encoding.UTF8.GetString(utf8));
            return;
        }

        int end = MostTextBytes;
        while (end > 0 && (utf8[end] & 0xC0) == 0x80)
        {
            end--;
        }

        _json.WriteStartObject();
        _json.WriteString("text", Encoding.UTF8.GetString(utf8[..end]));
        _json.WriteNumber("length", utf8.Length);
        _json.WriteEndObject();
    }

    private void Bytes(ReadOnlySpan<byte> bytes)
    {
        _json.WriteStartObject();
        _json.WriteString("hex", Convert.ToHexStringLower(bytes[..Math.Min(bytes.Length, MostBytes)]));
        _json.WriteNumber("length", bytes.Length);
        _json.WriteEndObject();
    }

    private void Vector<T>(ReadOnlySpan<T> elements, Func<T, float> real)
    {
        _json.WriteStartObject();
        _json.WriteStartArray("vector");
        foreach (T element in elements[..Math.Min(elements.Length, MostElements)])
        {
            Real(real(element));
        }

        _json.WriteEndArray();
        _json.WriteNumber("length", elements.Length);
        _json.WriteEndObject();
    }
}
