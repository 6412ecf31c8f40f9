using System.Buffers;
using System.Text;
using System.Text.Json;

namespace Signals.Tool.Export;

/// <summary>Writes one JSON document as a line of text. Pure.</summary>
internal static class JsonText
{
    public static string Write(Action<Utf8JsonWriter> write)
    {
        ArrayBufferWriter<byte> buffer = new();
        using (Utf8JsonWriter json = new(buffer))
        {
            write(json);
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }
}
