using System.Buffers;
using System.Text;
using System.Text.Json;

namespace Signals.Tool.Export;

/// <summary>
/// Writes CSV (RFC 4180) with a header: user, type, time, id, then the columns of all exported types by name. A column with the
/// name of one of the first four gets the prefix field: in the header. An absent value is an empty cell, null is \N, and empty
/// text is "" in quotes. A value that text cannot represent is \x followed by its bytes in hexadecimal. Vectors and bytes are
/// written as in JSON. Used by one thread. See docs/tool.md.
/// </summary>
internal sealed class CsvExport : IEventExport
{
    private const string NullCell = "\\N";
    private const string RawPrefix = "\\x";
    private static readonly string[] Keys = ["user", "type", "time", "id"];

    private readonly StreamWriter _output;
    private readonly string[] _columns;
    private readonly ArrayBufferWriter<byte> _value = new(256);

    public CsvExport(Stream output, IEnumerable<EventTypeSchema> types)
    {
        _output = new StreamWriter(output, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false), leaveOpen: true)
        {
            NewLine = "\r\n",
        };
        IEnumerable<ColumnSchema> columns = types.SelectMany(type => type.Columns).Where(column => !column.IsDropped);
        _columns = [.. columns.Select(column => column.Name).Distinct(StringComparer.Ordinal)];
        _output.WriteLine(string.Join(',', [.. Keys, .. _columns.Select(HeaderOf)]));
    }

    public void Write(SingleEvent single)
    {
        _output.Write($"{single.User},{single.EventType.Name},{single.TimeMs},{single.Id}");
        foreach (string name in _columns)
        {
            int column = single.EventType.IndexOf(name);
            bool isFormer = column >= 0 && single.EventType.Columns[column].Name != name; // it is a column of another type
            _output.Write(',');
            _output.Write(column < 0 || isFormer ? "" : single.State(column) switch
            {
                ColumnState.Absent => "",
                ColumnState.Null => NullCell,
                _ => Cell(single, column),
            });
        }

        _output.WriteLine();
    }

    public void Dispose() => _output.Dispose();

    private static string HeaderOf(string column) => Keys.Contains(column) ? $"field:{column}" : column;

    private string Cell(SingleEvent single, int column)
    {
        ColumnType type = single.EventType.Columns[column].Type;
        ReadOnlySpan<byte> bytes = single.Bytes(column);
        if (!PlainValue.Is(type, bytes))
        {
            return RawPrefix + Convert.ToHexStringLower(bytes);
        }

        if (type.Kind == ColumnKind.Text)
        {
            return Quote(Encoding.UTF8.GetString(bytes));
        }

        if (type.Kind == ColumnKind.Bytes)
        {
            return Quote(Convert.ToBase64String(bytes));
        }

        _value.ResetWrittenCount();
        using (Utf8JsonWriter json = new(_value))
        {
            ValueJson.WriteValue(json, single, column);
        }

        return Quote(Encoding.UTF8.GetString(_value.WrittenSpan).Trim('"'));
    }

    // Without quotes, an empty cell or a cell that begins with a backslash has another meaning.
    private static string Quote(string text) =>
        text.Length > 0 && text[0] != '\\' && text.AsSpan().IndexOfAny(",\"\r\n") < 0
            ? text
            : $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
}
