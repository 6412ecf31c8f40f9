using System.Buffers;
using System.Text.Json;

namespace Signals.Tool.Export;

/// <summary>Writes one JSON object per line. Used by one thread.</summary>
internal sealed class JsonLinesExport(Stream output) : IEventExport
{
    private readonly ArrayBufferWriter<byte> _line = new(1024);

    public void Write(SingleEvent single)
    {
        _line.ResetWrittenCount();
        using (Utf8JsonWriter json = new(_line))
        {
            ValueJson.WriteEvent(json, single);
        }

        output.Write(_line.WrittenSpan);
        output.WriteByte((byte)'\n');
    }

    public void Dispose() => output.Flush();
}
