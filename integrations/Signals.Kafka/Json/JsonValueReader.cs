using System.Buffers.Text;
using System.Numerics;
using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Unicode;

namespace Signals.Kafka.Json;

/// <summary>
/// Sets columns from JSON values: numbers from numbers (floating-point columns also from the texts NaN, Infinity and -Infinity), text
/// from strings, bytes from base64, vectors from arrays of numbers. Thread contract: one thread.
/// </summary>
internal sealed class JsonValueReader
{
    private byte[] _text = new byte[256];

    /// <summary>The text of a string or a name, valid until the next call; false when it is not UTF-8.</summary>
    public bool TryText(ref Utf8JsonReader json, out ReadOnlySpan<byte> text)
    {
        text = json.ValueSpan;
        if (!json.ValueIsEscaped)
        {
            return Utf8.IsValid(text);
        }

        if (_text.Length < text.Length)
        {
            _text = new byte[Math.Max(text.Length, 2 * _text.Length)];
        }

        try
        {
            text = _text.AsSpan(0, json.CopyString(_text));
            return true;
        }
        catch (InvalidOperationException)
        {
            return false; // an escape for half of a surrogate pair, or bytes that are not UTF-8
        }
    }

    /// <summary>
    /// Sets a column to the value at which the reader stands, and leaves the reader at its end. False when it does not fit.
    /// </summary>
    public bool TrySet(ref Utf8JsonReader json, SingleEvent single, int column)
    {
        ColumnType type = single.EventType.Columns[column].Type;
        switch (json.TokenType)
        {
            case JsonTokenType.Null:
                single.SetNull(column);
                return true;
            case JsonTokenType.True or JsonTokenType.False when type.Kind == ColumnKind.Boolean:
                single.Set(column, json.TokenType == JsonTokenType.True);
                return true;
            case JsonTokenType.Number:
                return !type.IsVariable && !type.IsVector && type.Kind != ColumnKind.Boolean
                    && TryNumber(json.ValueSpan, type.Kind, single.Reserve(column, type.Width));
            case JsonTokenType.String when type.Kind is ColumnKind.Float16 or ColumnKind.Float32 or ColumnKind.Float64:
                return IsWordForNumber(ref json) && TryNumber(json.ValueSpan, type.Kind, single.Reserve(column, type.Width));
            case JsonTokenType.String:
                return TrySetString(ref json, single, column, type.Kind);
            case JsonTokenType.StartArray when type.IsVector:
                return TrySetVector(ref json, type, single.Reserve(column, type.Width));
            default:
                return false;
        }
    }

    private bool TrySetString(ref Utf8JsonReader json, SingleEvent single, int column, ColumnKind kind)
    {
        if (kind is not (ColumnKind.Text or ColumnKind.Bytes) || !TryText(ref json, out ReadOnlySpan<byte> text))
        {
            return false;
        }

        if (kind == ColumnKind.Text)
        {
            single.SetBytes(column, text);
            return true;
        }

        if (!Base64.IsValid(text, out int length))
        {
            return false;
        }

        return Base64.DecodeFromUtf8(text, single.Reserve(column, length), out _, out int written) == System.Buffers.OperationStatus.Done
            && written == length;
    }

    private static bool TrySetVector(ref Utf8JsonReader json, ColumnType type, Span<byte> elements)
    {
        ColumnKind kind = type.Kind switch
        {
            ColumnKind.VectorInt8 => ColumnKind.Int8,
            ColumnKind.VectorFloat16 => ColumnKind.Float16,
            _ => ColumnKind.Float32,
        };
        int width = elements.Length / type.Dimensions;
        for (int i = 0; i < type.Dimensions; i++)
        {
            if (!json.Read() || json.TokenType != JsonTokenType.Number
                || !TryNumber(json.ValueSpan, kind, elements.Slice(i * width, width)))
            {
                return false;
            }
        }

        return json.Read() && json.TokenType == JsonTokenType.EndArray;
    }

    private static bool IsWordForNumber(ref Utf8JsonReader json) =>
        json.ValueTextEquals("NaN"u8) || json.ValueTextEquals("Infinity"u8) || json.ValueTextEquals("-Infinity"u8);

    private static bool TryNumber(ReadOnlySpan<byte> text, ColumnKind kind, Span<byte> value) => kind switch
    {
        ColumnKind.Int8 => TryNumber<sbyte>(text, value),
        ColumnKind.UInt8 => TryNumber<byte>(text, value),
        ColumnKind.Int16 => TryNumber<short>(text, value),
        ColumnKind.UInt16 => TryNumber<ushort>(text, value),
        ColumnKind.Int32 => TryNumber<int>(text, value),
        ColumnKind.UInt32 => TryNumber<uint>(text, value),
        ColumnKind.Int64 => TryNumber<long>(text, value),
        ColumnKind.UInt64 => TryNumber<ulong>(text, value),
        ColumnKind.Float16 => TryNumber<Half>(text, value),
        ColumnKind.Float32 => TryNumber<float>(text, value),
        ColumnKind.Float64 => TryNumber<double>(text, value),
        _ => false,
    };

    private static bool TryNumber<T>(ReadOnlySpan<byte> text, Span<byte> value)
        where T : unmanaged, INumber<T>, IMinMaxValue<T>
    {
        if (!NumberFit.TryParse(text, out T number))
        {
            return false;
        }

        MemoryMarshal.Write(value, number);
        if (!BitConverter.IsLittleEndian)
        {
            value.Reverse();
        }

        return true;
    }
}
