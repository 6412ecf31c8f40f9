using System.Buffers;
using System.Text;
using System.Text.Json;
using Signals.Core.Columns;
using Signals.Core.Ingest;
using Signals.Core.Schema;

namespace Signals.Tool.Export;

/// <summary>
/// CSV (RFC 4180) with a header: user, type, time, id, then the columns of all exported types by name. Absent and null are both an empty
/// cell; vectors and bytes are written as in JSON. One thread.
/// </summary>
internal sealed class CsvExport : IEventExport
{
    private readonly StreamWriter _output;
    private readonly string[] _columns;
    private readonly ArrayBufferWriter<byte> _value = new(256);

    public CsvExport(Stream output, IEnumerable<EventTypeSchema> types)
    {
        _output = new StreamWriter(output, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false), leaveOpen: true) { NewLine = "\r\n" };
        _columns = [.. types.SelectMany(type => type.Columns).Select(column => column.Name).Distinct(StringComparer.Ordinal)];
        _output.WriteLine(string.Join(',', ["user", "type", "time", "id", .. _columns]));
    }

    public void Write(EventRecord record)
    {
        _output.Write($"{record.User},{record.EventType.Name},{record.TimeMs},{record.Id}");
        foreach (string name in _columns)
        {
            int column = record.EventType.IndexOf(name);
            _output.Write(',');
            _output.Write(column >= 0 && record.State(column) == ColumnState.Value ? Cell(record, column) : "");
        }

        _output.WriteLine();
    }

    public void Dispose() => _output.Dispose();

    private string Cell(EventRecord record, int column)
    {
        if (record.EventType.Columns[column].Type.Kind == ColumnKind.Text)
        {
            return Quote(Encoding.UTF8.GetString(record.Bytes(column)));
        }

        _value.ResetWrittenCount();
        using (Utf8JsonWriter json = new(_value))
        {
            ValueJson.WriteValue(json, record, column);
        }

        return Quote(Encoding.UTF8.GetString(_value.WrittenSpan).Trim('"'));
    }

    private static string Quote(string text) =>
        text.AsSpan().IndexOfAny(",\"\r\n") < 0 ? text : $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
}
